// The module counts bytes of UTF-8, an editor the units of UTF-16.

/** For each of `bytes`, the place in `text` in units of UTF-16. One walk over the text, however many there are. */
export function places(text: string, bytes: number[]): Map<number, number> {
  const found = new Map<number, number>();
  const wanted = [...new Set(bytes)].sort((a, b) => a - b);
  let unit = 0;
  let byte = 0;
  for (const want of wanted) {
    while (byte < want && unit < text.length) {
      const code = text.codePointAt(unit) as number;
      byte += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      unit += code < 0x10000 ? 1 : 2;
    }
    found.set(want, unit);
  }
  return found;
}

/** The bytes of UTF-8 before a place in units of UTF-16. */
export function bytesBefore(text: string, unit: number): number {
  return new TextEncoder().encode(text.slice(0, unit)).length;
}

/** The place, in units of UTF-16, of a line and a column in characters, both from 1. */
export function placeOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let turn = 1; turn < line; turn++) start = text.indexOf("\n", start) + 1 || text.length;
  const end = text.indexOf("\n", start);
  const characters = [...text.slice(start, end < 0 ? text.length : end)];
  return start + characters.slice(0, column - 1).join("").length;
}
