// Makes pages of the manual: docs/ as it stands in the repository, with a search, and with examples that can be tried.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { deflateRawSync } from "node:zlib";

import MarkdownIt from "markdown-it";

const KINDS = {
  bash: "shell",
  sh: "shell",
  azurecli: "shell",
  http: "http",
  json: "json",
  jsonc: "json",
  markdown: "markdown",
  powershell: "powershell",
  yaml: "yaml",
};

/** Files beside docs/ that it links to and that are pages themselves. */
const BESIDE = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];

const RULE_FILTERS = `
        <label>Severity
          <select name="severity"><option value="">any</option><option>error</option><option>warning</option><option>note</option></select>
        </label>
        <label><input type="checkbox" name="fixable" /> with a fix</label>`;

/** The pages whose tables can be filtered, with what they are filtered by besides a text. */
const FILTERS = { "docs/rules/README.md": RULE_FILTERS, "docs/types.md": "" };

/** Writes the pages of `root` into `out`; `assets` are the names of the style and the script. */
export function writeManual(root, out, assets) {
  const pages = [...BESIDE.filter((name) => existsSync(join(root, name))), ...markdownBelow(root, "docs")];
  const index = [];
  for (const path of pages) {
    const text = readFileSync(join(root, path), "utf8");
    const { html, title, words } = page(path, text, root, out, new Set(pages));
    const target = targetOf(path);
    const up = "../".repeat(target.split("/").length - 1);
    write(join(out, target), layout({ html, title, up, assets, filters: FILTERS[path] }));
    index.push({ title, url: target, text: words });
  }
  write(join(out, "search.json"), JSON.stringify(index));
  return pages.map(targetOf);
}

function markdownBelow(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) return markdownBelow(root, path);
      return entry.name.endsWith(".md") ? [path] : [];
    });
}

function targetOf(path) {
  if (path === "README.md") return "readme.html";
  return path.replace(/README\.md$/, "index.html").replace(/\.md$/, ".html");
}

function isRule(path) {
  return /^docs\/rules\/(?!README)/.test(path);
}

/** The body of a page, its title, and the words that it is found by. */
function page(path, text, root, out, pages) {
  const markdown = new MarkdownIt({ html: false, linkify: false });
  const tokens = markdown.parse(text, {});
  const slugs = new Map();
  let title = path;
  const words = [];
  for (const [at, token] of tokens.entries()) {
    if (token.type === "heading_open") {
      const inline = tokens[at + 1];
      const said = inline.children.map((child) => child.content).join("");
      if (token.tag === "h1") title = said;
      token.attrSet("id", slug(said, slugs));
    }
    if (token.type === "th_open" && tokens[at + 1].content === "") {
      // A heading that says nothing is an empty cell.
      token.tag = "td";
      tokens[at + 2].tag = "td";
    }
    if (token.type === "inline") {
      words.push(token.content);
      for (const child of token.children) follow(child, path, root, out, pages);
    }
    if (token.type === "fence") words.push(token.content);
  }
  const code = (all, at) => `<pre tabindex="0"><code>${markdown.utils.escapeHtml(all[at].content)}</code></pre>\n`;
  markdown.renderer.rules.fence = (all, at) => code(all, at) + (isRule(path) ? tryIt(all[at], path) : "");
  markdown.renderer.rules.code_block = code;
  markdown.renderer.rules.table_open = () => '<div class="wide" tabindex="0"><table>';
  markdown.renderer.rules.table_close = () => "</table></div>";
  return { html: markdown.renderer.render(tokens, markdown.options, {}), title, words: words.join(" ").slice(0, 20000) };
}

/** Turns a link to a file of the repository into one to a page, or to a copy of the file. */
function follow(token, path, root, out, pages) {
  const name = token.type === "image" ? "src" : "href";
  const link = token.attrGet?.(name);
  if (!link || /^([a-z]+:|#)/.test(link)) return;
  const [file, fragment] = link.split("#");
  const found = posix.normalize(posix.join(posix.dirname(path), file));
  const here = posix.dirname(targetOf(path));
  const asPage = [found, posix.join(found, "README.md")].find((it) => pages.has(it));
  if (asPage) {
    token.attrSet(name, posix.relative(here, targetOf(asPage)) + (fragment ? `#${fragment}` : ""));
    return;
  }
  const source = join(root, found);
  if (!existsSync(source)) throw new Error(`${path}: ${link} leads nowhere`);
  if (statSync(source).isFile()) {
    mkdirSync(dirname(join(out, found)), { recursive: true });
    cpSync(source, join(out, found));
    token.attrSet(name, posix.relative(here, found));
  } else {
    // A folder of the repository has no page: where it is named, it stands as text.
    token.attrs = [];
  }
}

/** A heading's anchor, as GitHub makes it. */
function slug(text, taken) {
  const plain = text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
  const count = taken.get(plain) ?? 0;
  taken.set(plain, count + 1);
  return count === 0 ? plain : `${plain}-${count}`;
}

/** A link that opens an example in the playground; nothing where a fence is no whole example. */
function tryIt(fence, path) {
  const [language, ...marks] = fence.info.trim().split(/\s+/);
  const kind = KINDS[language];
  const given = Object.fromEntries(marks.filter((mark) => mark.includes("=")).map((mark) => mark.split("=")));
  if (!kind || given.repeat || given["max-size"] || marks.includes("sent")) return "";
  const fields = {};
  if (given.type) fields.type = given.type;
  if (given.method) fields.method = given.method;
  if (given["api-version"]) fields.api_version = given["api-version"];
  const shared = JSON.stringify({ tab: "check", kind, text: fence.content, fields });
  const packed = deflateRawSync(Buffer.from(shared), { level: 9 }).toString("base64url");
  const up = "../".repeat(targetOf(path).split("/").length - 1);
  return `<p class="try"><a href="${up}index.html#1.${packed}">Try it</a></p>\n`;
}

function layout({ html, title, up, assets, filters }) {
  const form = `
      <form id="filters" class="bar" role="search" aria-label="Rows of the tables">
        <label>Containing <input name="text" type="search" /></label>${filters}
        <span id="shown" role="status"></span>
      </form>`;
  const body = filters === undefined ? html : html.replace("</h1>", `</h1>${form}`);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'" />
    <meta name="referrer" content="no-referrer" />
    <meta name="color-scheme" content="light dark" />
    <title>${escaped(title)} · armbody</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${up}${assets.style}" />
    <script type="module" src="${up}${assets.manual}"></script>
  </head>
  <body data-up="${up}">
    <header>
      <p class="brand"><a href="${up}index.html">armbody</a></p>
      <nav aria-label="Manual" class="bar">
        <a href="${up}index.html">Playground</a>
        <a href="${up}docs/index.html">Manual</a>
        <a href="${up}docs/rules/index.html">Rules</a>
      </nav>
      <form id="search" class="side" role="search" aria-label="Manual">
        <label>Search <input type="search" name="words" autocomplete="off" /></label>
      </form>
    </header>
    <main class="manual">
      <ul id="results" aria-live="polite"></ul>
${body}
    </main>
  </body>
</html>
`;
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
