// What the language server says, as elements: the part of Markdown that it writes. Nothing of it becomes a link or an
// address: parts of it are quoted from the text, which may be anybody's.

import { make } from "./dom";

/** More than the longest page of a rule. */
const MOST = 20_000;

const INLINE = /(`{1,2})(.{1,400}?)\1|\*\*(.{1,400}?)\*\*|\[([^\][]{1,200})\]\([^()\s]{1,400}\)/g;

/** The elements of a text in Markdown. */
export function rendered(markdown: string): HTMLElement[] {
  const out: HTMLElement[] = [];
  let list: HTMLUListElement | null = null;
  let table: HTMLTableElement | null = null;
  let paragraph: HTMLParagraphElement | null = null;
  let fence: string[] | null = null;
  for (const line of markdown.slice(0, MOST).split("\n")) {
    const isFence = /^\s*(```|~~~)/.test(line);
    if (fence && !isFence) {
      fence.push(line);
      continue;
    }
    const item = /^ {0,3}[-*] (.*)/.exec(line);
    const isRow = line.startsWith("|");
    // A line goes on with what is before it only if nothing is between them.
    if (!isRow) table = null;
    if (isFence || isRow || item || line.startsWith("#") || line.trim() === "") paragraph = null;
    if (isFence || isRow || line.trim() === "") list = null;
    if (isFence) {
      if (fence) out.push(make("pre", {}, fence.join("\n")));
      fence = fence ? null : [];
    } else if (isRow) {
      const cells = line.split("|").slice(1, -1).map((cell) => cell.trim());
      if (cells.every((cell) => /^:?-+:?$/.test(cell))) continue;
      table ??= push(out, make("table"));
      table.append(make("tr", {}, ...cells.map((cell) => make("td", {}, ...inline(cell)))));
    } else if (item) {
      list ??= push(out, make("ul"));
      list.append(make("li", {}, ...inline(item[1] ?? "")));
    } else if (line.startsWith("#")) {
      out.push(make("p", {}, make("strong", {}, ...inline(line.replace(/^#+ */, "")))));
    } else if (list) {
      list.lastElementChild?.append(" ", ...inline(line.trim()));
    } else if (paragraph) {
      paragraph.append("\n", ...inline(line));
    } else if (line.trim() !== "") {
      paragraph = push(out, make("p", {}, ...inline(line)));
    }
  }
  if (fence) out.push(make("pre", {}, fence.join("\n")));
  return out;
}

function push<T extends HTMLElement>(out: HTMLElement[], element: T): T {
  out.push(element);
  return element;
}

function inline(text: string): (Node | string)[] {
  const out: (Node | string)[] = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    const [all, , code, bold, link] = found;
    out.push(text.slice(end, found.index));
    if (code !== undefined) out.push(make("code", {}, code.trim()));
    else if (bold !== undefined) out.push(make("strong", {}, ...inline(bold)));
    else out.push(...inline(link ?? ""));
    end = found.index + all.length;
  }
  out.push(text.slice(end));
  return out;
}
