// The editor: CodeMirror with what this page needs of it.

import { defaultKeymap, history, historyKeymap, undo } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, type StreamParser, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, nextDiagnostic, previousDiagnostic, setDiagnostics } from "@codemirror/lint";
import { json } from "@codemirror/legacy-modes/mode/javascript";
import { http } from "@codemirror/legacy-modes/mode/http";
import { powerShell } from "@codemirror/legacy-modes/mode/powershell";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import { Compartment, EditorState, Transaction } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import type { Kind } from "./kinds";

const MODES: Partial<Record<Kind, StreamParser<unknown>>> = {
  json: json as StreamParser<unknown>,
  shell: shell as StreamParser<unknown>,
  powershell: powerShell as StreamParser<unknown>,
  http: http as StreamParser<unknown>,
  yaml: yaml as StreamParser<unknown>,
};

// Colours are the page's, for they follow its theme.
const highlighting = HighlightStyle.define([
  { tag: [tags.string, tags.special(tags.string)], color: "var(--string)" },
  { tag: [tags.propertyName, tags.attributeName, tags.definition(tags.propertyName)], color: "var(--name)" },
  { tag: [tags.keyword, tags.atom, tags.bool, tags.null, tags.number], color: "var(--word)" },
  { tag: tags.comment, color: "var(--quiet)" },
  { tag: tags.variableName, color: "var(--text)" },
]);

const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--field)" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "0.875rem", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--field)", color: "var(--quiet)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "var(--active)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-tooltip": { backgroundColor: "var(--page)", color: "var(--text)", border: "1px solid var(--line)" },
  ".cm-diagnostic": { maxWidth: "36rem", whiteSpace: "pre-wrap" },
});

export interface EditorEvents {
  /** The text is another; `isPasted` if all of it was pasted at once. */
  changed(isPasted: boolean): void;
  /** The cursor is elsewhere. */
  moved(offset: number): void;
  /** Esc: the editor is to be left. */
  left(): void;
}

export class Editor {
  private readonly view: EditorView;
  private readonly language = new Compartment();

  constructor(parent: HTMLElement, label: string, events: EditorEvents) {
    this.view = new EditorView({
      parent,
      state: EditorState.create({
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label }),
          EditorView.domEventObservers({ keydown: (event) => void (event.key === "Escape" && events.left()) }),
          this.language.of([]),
          syntaxHighlighting(highlighting),
          theme,
          keymap.of([
            { key: "F8", run: nextDiagnostic },
            { key: "Shift-F8", run: previousDiagnostic },
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) {
              const isPasted = update.transactions.some((it) => it.isUserEvent("input.paste"));
              events.changed(isPasted && !keeps(update.transactions));
            }
            if (update.selectionSet) events.moved(update.state.selection.main.head);
          }),
        ],
      }),
    });
    // It scrolls, so that it has to be reached by keyboard.
    this.view.scrollDOM.tabIndex = 0;
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Puts another text in, which can be undone in one step. Only what differs is replaced: the cursor stays. */
  replace(text: string): void {
    const old = this.text;
    const shorter = Math.min(old.length, text.length);
    let start = 0;
    while (start < shorter && old[start] === text[start]) start++;
    let end = 0;
    while (end < shorter - start && old.at(-1 - end) === text.at(-1 - end)) end++;
    this.view.dispatch({
      changes: { from: start, to: old.length - end, insert: text.slice(start, text.length - end) },
      annotations: Transaction.addToHistory.of(true),
      userEvent: "input.fix",
    });
  }

  undo(): void {
    undo(this.view);
  }

  speak(kind: Kind): void {
    const mode = MODES[kind];
    this.view.dispatch({ effects: this.language.reconfigure(mode ? StreamLanguage.define(mode) : []) });
  }

  mark(diagnostics: Diagnostic[]): void {
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
  }

  /** Selects a part of the text and shows it; the focus stays where it is unless it is asked for. */
  select(from: number, to: number, takesFocus: boolean): void {
    this.view.dispatch({
      selection: { anchor: from, head: to },
      effects: EditorView.scrollIntoView(from, { y: "center" }),
    });
    if (takesFocus) this.view.focus();
  }
}

/** Whether anything of the text before is left. */
function keeps(transactions: readonly Transaction[]): boolean {
  let kept = false;
  for (const transaction of transactions) {
    let replaced = 0;
    transaction.changes.iterChanges((from, to) => (replaced += to - from));
    kept ||= replaced < transaction.startState.doc.length;
  }
  return kept;
}
