// The pages of the manual: a search over all of them, and filters for the table of rules.

import { byId, later, make } from "./dom";

interface Page {
  title: string;
  url: string;
  text: string;
}

const MOST = 12;

/** The folder of the site, from this page. */
const up = document.body.dataset.up ?? "";
let pages: Promise<Page[]> | null = null;

/** The pages; they are asked for once, and again after a failure. */
async function load(): Promise<Page[]> {
  pages ??= fetch(`${up}search.json`).then((response) => response.json());
  try {
    return await pages;
  } catch (error) {
    pages = null;
    throw error;
  }
}

/** How well a page answers: words in its title count most; each word has to be there. */
function score(page: Page, words: string[]): number {
  let sum = 0;
  for (const word of words) {
    const inTitle = page.title.toLowerCase().includes(word);
    const inText = page.text.toLowerCase().split(word).length - 1;
    if (!inTitle && inText === 0) return 0;
    sum += (inTitle ? 100 : 0) + Math.min(inText, 20);
  }
  return sum;
}

/** The words around the first one that was looked for. */
function excerpt(page: Page, word: string): string {
  const at = Math.max(0, page.text.toLowerCase().indexOf(word));
  return page.text.slice(Math.max(0, at - 60), at + 120).replace(/\s+/g, " ");
}

async function search(): Promise<void> {
  const words = byId<HTMLFormElement>("search").querySelector("input")?.value.toLowerCase().split(/\s+/) ?? [];
  const wanted = words.filter((word) => word !== "");
  const results = byId("results");
  if (wanted.length === 0) return results.replaceChildren();
  let all: Page[];
  try {
    all = await load();
  } catch {
    return results.replaceChildren(make("li", {}, "The manual's index could not be loaded"));
  }
  const found = all
    .map((page) => ({ page, score: score(page, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST);
  const items = found.map(({ page }) =>
    make("li", {}, make("a", { href: up + page.url }, page.title), ` ${excerpt(page, wanted[0] ?? "")}`),
  );
  results.replaceChildren(...(items.length > 0 ? items : [make("li", {}, "Nothing found")]));
}

/** Shows the rows of the tables that the filters want. */
function filter(form: HTMLFormElement): void {
  const wanted = new FormData(form);
  const text = String(wanted.get("text") ?? "").toLowerCase();
  const severity = String(wanted.get("severity") ?? "");
  let shown = 0;
  for (const row of document.querySelectorAll<HTMLTableRowElement>("tbody tr")) {
    const [, level, fix] = [...row.cells].map((cell) => cell.textContent ?? "");
    const isWanted =
      (row.textContent ?? "").toLowerCase().includes(text) &&
      (severity === "" || level === severity) &&
      (!wanted.has("fixable") || fix === "always" || fix === "sometimes");
    row.hidden = !isWanted;
    if (isWanted) shown++;
  }
  byId("shown").textContent = `${shown} row${shown === 1 ? "" : "s"}`;
}

const searching = byId<HTMLFormElement>("search");
searching.addEventListener("submit", (event) => event.preventDefault());
searching.addEventListener("input", later(120, () => void search()));

const filters = document.getElementById("filters");
if (filters instanceof HTMLFormElement) {
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("input", () => filter(filters));
}
