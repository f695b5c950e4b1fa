// Applies lists of edits as editors do: `node apply_edits.cjs CASES.json`, an array of {name, text, edits, wanted}.
// Each list is applied as it came, reversed and turned around; all have to come to the text that is wanted.
const fs = require("fs");
let TextDocument;
try {
  ({ TextDocument } = require("vscode-languageserver-textdocument"));
} catch {
  process.exit(3);
}
const cases = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
let wrong = 0;
for (const { name, text, edits, wanted } of cases) {
  const document = TextDocument.create("file:///x", "", 1, text);
  const orders = [edits, [...edits].reverse()];
  for (let at = 1; at < Math.min(edits.length, 6); at++) orders.push([...edits.slice(at), ...edits.slice(0, at)]);
  for (const order of orders) {
    let got;
    try {
      got = TextDocument.applyEdits(document, order);
    } catch (error) {
      got = `${error}`;
    }
    if (got !== wanted && wrong++ < 10) console.log(`${name}\n${JSON.stringify(order)}\ngot ${got}\nwanted ${wanted}`);
  }
}
console.log(`${cases.length} lists of edits, ${wrong} wrong`);
process.exit(wrong > 0 ? 1 : 0);
