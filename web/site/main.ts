// The page: what is in its address is shown, and what is found is brought to it.

import { CheckTab } from "./check";
import { byId, copies } from "./dom";
import { Engine } from "./engine";
import { EXAMPLES } from "./examples";
import { ExpandTab } from "./expand";
import type { FormTab } from "./form";
import { PlanTab } from "./plan";
import type { About } from "./protocol";
import { RenderTab } from "./render";
import { fromFragment, type Shared, TABS, type Tab, toFragment } from "./share";
import { watchTheme } from "./theme";

// The build puts the names in: they have the hash of what is in them.
declare const ASSETS: { module: string; worker: string; types: string };

/** Chat programs and mail cut longer addresses. */
const LONGEST_LINK = 8000;

async function main(): Promise<void> {
  watchTheme();
  const url = (name: string) => new URL(name, document.baseURI).href;
  const engine = await Engine.load(url(ASSETS.module), url(ASSETS.worker));
  const about = await engine.ask<About>("about");
  byId("version").textContent = about.version;

  let isTypesAsked = false;
  const check = new CheckTab(engine, () => {
    if (isTypesAsked) return;
    isTypesAsked = true;
    void provideTypes(engine, url(ASSETS.types)).then(() => check.check());
  });
  const forms: Record<Exclude<Tab, "check">, FormTab> = {
    render: new RenderTab(engine, about),
    plan: new PlanTab(engine),
    expand: new ExpandTab(engine),
  };
  let open: Tab = "check";

  const turnTo = (tab: Tab): void => {
    open = tab;
    for (const other of TABS) {
      byId(other).hidden = other !== tab;
      const button = byId(`tab-${other}`);
      button.setAttribute("aria-selected", String(other === tab));
      button.tabIndex = other === tab ? 0 : -1;
    }
    if (tab !== "check") void forms[tab].run();
  };
  for (const tab of TABS) {
    const button = byId(`tab-${tab}`);
    button.addEventListener("click", () => turnTo(tab));
    button.addEventListener("keydown", ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: TABS.length - 1 }[key];
      if (!step) return;
      const next = TABS[(TABS.indexOf(tab) + step) % TABS.length] as Tab;
      turnTo(next);
      byId(`tab-${next}`).focus();
    });
  }

  const show = (shared: Shared): void => {
    turnTo(shared.tab);
    if (shared.tab === "check") check.show(shared.text ?? "", shared.kind ?? "markdown", shared.fields);
    else forms[shared.tab].show(shared.fields ?? {});
  };
  const example = (name: string): Shared => ({ tab: "check", ...(EXAMPLES[name] ?? { kind: "markdown", text: "" }) });
  const showAddress = async (): Promise<void> => {
    try {
      const shared = await fromFragment(location.hash);
      if (shared) return show(shared);
    } catch (error) {
      byId("notice").textContent = `The link could not be read: ${(error as Error).message}. This is an example.`;
    }
    show(example("article"));
  };
  byId<HTMLSelectElement>("example").addEventListener("change", ({ target }) => {
    show(example((target as HTMLSelectElement).value));
  });
  window.addEventListener("hashchange", () => void showAddress());

  const share = new Share(engine, () => {
    if (open === "check") return { shared: { tab: open, ...check.shared, fields: check.fields }, name: check.name };
    return { shared: { tab: open, fields: forms[open].fields }, name: "text.json" };
  });
  byId("share-open").addEventListener("click", () => void share.offer());

  await showAddress();
  document.documentElement.dataset.ready = "true";
  // From a file there is none, and without one the page works all the same.
  navigator.serviceWorker?.register(url("sw.js")).catch(() => undefined);
}

/** The types of all services come later, whole: what is asked for piece by piece would say what was pasted. */
async function provideTypes(engine: Engine, url: string): Promise<void> {
  const response = await fetch(url);
  if (response.ok) await engine.provideTypes(await response.arrayBuffer());
}

/** The dialog that makes a link. */
class Share {
  private readonly dialog = byId<HTMLDialogElement>("share");
  private readonly link = byId<HTMLInputElement>("share-link");
  private readonly whole = byId<HTMLInputElement>("share-whole");

  constructor(
    private readonly engine: Engine,
    private readonly current: () => { shared: Shared; name: string },
  ) {
    copies(byId<HTMLButtonElement>("share-copy"), () => this.link.value);
    this.whole.addEventListener("change", () => void this.write());
  }

  async offer(): Promise<void> {
    this.whole.checked = false;
    await this.write();
    this.dialog.showModal();
    this.link.select();
  }

  /** Makes the link; secrets are in it only if that is asked for. */
  private async write(): Promise<void> {
    const { shared, name } = this.current();
    let secrets = 0;
    const hide = async (name: string, text: string): Promise<string> => {
      const masked = await this.engine.ask<{ text: string; secrets: number }>("masked", name, text);
      secrets += masked.secrets;
      return this.whole.checked ? text : masked.text;
    };
    if (shared.text) shared.text = await hide(name, shared.text);
    for (const field of ["current", "template", "parameters"]) {
      const text = shared.fields?.[field];
      if (shared.fields && text) shared.fields[field] = await hide("text.json", text);
    }
    const fragment = await toFragment(shared);
    this.link.value = new URL(fragment, location.href).href;
    history.replaceState(null, "", fragment);
    byId("share-secrets").hidden = secrets === 0;
    byId("share-count").textContent = `${secrets} secret${secrets === 1 ? " is" : "s are"} masked in this link.`;
    byId("share-long").hidden = this.link.value.length <= LONGEST_LINK;
  }
}

main().catch((error: Error) => {
  byId("state").textContent = `This page did not start: ${error.message}`;
});
