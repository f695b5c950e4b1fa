// The editor: CodeMirror with what this page needs of it.

import { defaultKeymap, history, historyKeymap, undo } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, type StreamParser, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, nextDiagnostic, previousDiagnostic, setDiagnostics } from "@codemirror/lint";
import { json } from "@codemirror/legacy-modes/mode/javascript";
import { http } from "@codemirror/legacy-modes/mode/http";
import { powerShell } from "@codemirror/legacy-modes/mode/powershell";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import { Compartment, EditorState, StateEffect, StateField, Transaction } from "@codemirror/state";
import {
  closeHoverTooltips,
  drawSelection,
  EditorView,
  hasHoverTooltips,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
  showTooltip,
  type Tooltip,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { make } from "./dom";
import type { Kind } from "./kinds";
import { rendered } from "./markdown";

/** What an editor can hold. */
type Language = Kind | "toml";

const MODES: Partial<Record<Language, StreamParser<unknown>>> = {
  json: json as StreamParser<unknown>,
  shell: shell as StreamParser<unknown>,
  powershell: powerShell as StreamParser<unknown>,
  http: http as StreamParser<unknown>,
  yaml: yaml as StreamParser<unknown>,
  toml: { ...toml, tokenTable: { property: tags.propertyName } } as StreamParser<unknown>,
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

/** What there is to say of a part of the text, in Markdown. */
export interface Said {
  from: number;
  to: number;
  markdown: string;
}

/** What is shown at the cursor because a key asked for it, until the cursor or the text is another. */
const setAsked = StateEffect.define<Tooltip | null>();
const asked = StateField.define<Tooltip | null>({
  create: () => null,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(setAsked)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : shown;
  },
  provide: (field) => showTooltip.from(field),
});

export interface EditorEvents {
  /** The text is another; `isPasted` if all of it was pasted at once. */
  changed(isPasted: boolean): void;
  /** The cursor is elsewhere. */
  moved(offset: number): void;
  /** Esc: the editor is to be left. */
  left(): void;
  /** What is to be said of a place, when the pointer rests there or a key asks. */
  explain?(offset: number): Promise<Said | null>;
}

export class Editor {
  private readonly view: EditorView;
  private readonly language = new Compartment();

  constructor(
    parent: HTMLElement,
    label: string,
    private readonly events: EditorEvents,
  ) {
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
          EditorView.domEventObservers({ keydown: (event) => void (event.key === "Escape" && this.escape()) }),
          asked,
          hoverTooltip(async (_, offset) => {
            const said = await events.explain?.(offset);
            return said ? { pos: said.from, end: said.to, above: true, create: () => ({ dom: shown(said) }) } : null;
          }),
          this.language.of([]),
          syntaxHighlighting(highlighting),
          theme,
          keymap.of([
            { key: "Shift-F1", run: () => this.explain() },
            { key: "Mod-k Mod-i", run: () => this.explain() },
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

  /** Shows what is to be said of the place of the cursor; false if nothing is ever said here. */
  explain(): boolean {
    const { explain } = this.events;
    if (!explain) return false;
    const { state } = this.view;
    const at = state.selection.main.head;
    void explain.call(this.events, at).then((said) => {
      if (this.view.state.doc !== state.doc || this.view.state.selection.main.head !== at) return;
      const dom = said ? shown(said) : explanation("Nothing is known of this place");
      const tooltip = { pos: said?.from ?? at, above: true, create: () => ({ dom }) };
      // Whoever does not see it hears it.
      this.view.dispatch({ effects: [setAsked.of(tooltip), EditorView.announce.of(dom.innerText)] });
    });
    return true;
  }

  focus(): void {
    this.view.focus();
  }

  /** Closes what is shown over the text, or else leaves the editor. */
  private escape(): void {
    const { state } = this.view;
    if (state.field(asked)) this.view.dispatch({ effects: setAsked.of(null) });
    else if (hasHoverTooltips(state)) this.view.dispatch({ effects: closeHoverTooltips });
    else this.events.left();
  }

  undo(): void {
    undo(this.view);
  }

  speak(language: Language): void {
    const mode = MODES[language];
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

/** It may be longer than it is high, so that it has to be reached by keyboard. */
function explanation(...children: (Node | string)[]): HTMLElement {
  return make("div", { class: "said", role: "group", "aria-label": "Explanation", tabindex: "0" }, ...children);
}

function shown({ markdown }: Said): HTMLElement {
  return explanation(...rendered(markdown));
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
