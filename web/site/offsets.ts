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
