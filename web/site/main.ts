// The page: what is in its address is shown, and what is found is brought to it.

import { CheckTab } from "./check";
import { Configuration } from "./config";
import { byId, copies } from "./dom";
import { Engine } from "./engine";
import { EXAMPLES } from "./examples";
import { ExpandTab } from "./expand";
import type { FormTab } from "./form";
import { PlanTab } from "./plan";
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
  const about = await engine.ask("about");
  byId("version").textContent = about.version;

  const configuration = new Configuration(engine, () => void run());
  const config = (): string => configuration.project.config;
  const check = new CheckTab(engine, () => configuration.project);
  const forms: Record<Exclude<Tab, "check">, FormTab> = {
    render: new RenderTab(engine, about, config),
    plan: new PlanTab(engine, config),
    expand: new ExpandTab(engine),
  };
  let open: Tab = "check";

  const reveal = (tab: Tab): void => {
    open = tab;
    for (const other of TABS) {
      byId(other).hidden = other !== tab;
      const button = byId(`tab-${other}`);
      button.setAttribute("aria-selected", String(other === tab));
      button.tabIndex = other === tab ? 0 : -1;
    }
  };
  const turnTo = (tab: Tab): void => {
    reveal(tab);
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

  const run = (): Promise<void> => (open === "check" ? check.check() : forms[open].run());
  const show = (shared: Shared): Promise<void> => {
    const { tab, text = "", kind = "markdown", fields = {} } = shared;
    reveal(tab);
    return tab === "check" ? check.show(text, kind, fields) : forms[tab].show(fields);
  };
  const example = (name: string): Shared => ({ tab: "check", ...(EXAMPLES[name] ?? { kind: "markdown", text: "" }) });
  const showAddress = async (): Promise<void> => {
    try {
      const shared = await fromFragment(location.hash);
      if (shared) {
        configuration.bring(shared.project ?? { config: "", path: "" });
        return await show(shared);
      }
    } catch (error) {
      byId("notice").textContent = `The link could not be read: ${(error as Error).message}. This is an example.`;
    }
    await show(example("article"));
  };
  byId<HTMLSelectElement>("example").addEventListener("change", ({ target }) => {
    void show(example((target as HTMLSelectElement).value));
  });
  window.addEventListener("hashchange", () => void showAddress());

  const share = new Share(engine, () => {
    const { config, path } = configuration.written;
    const project = config.trim() !== "" || path !== "" ? { project: { config, path } } : {};
    const { fields } = open === "check" ? check : forms[open];
    const shared = { tab: open, fields, ...project };
    return open === "check" ? { shared: { ...shared, ...check.shared }, name: check.name } : { shared, name: "text.json" };
  });
  byId("share-open").addEventListener("click", () => void share.offer());

  await showAddress();
  document.documentElement.dataset.ready = "true";
  // Without the types the page works, and knows less.
  provideTypes(engine, url(ASSETS.types)).then(run, () => undefined);
  // From a file there is none, and without one the page works all the same.
  navigator.serviceWorker?.register(url("sw.js")).catch(() => undefined);
}

/**
 * The types of all services come after the first answer, which is not to wait for them, and whole: what is asked for piece
 * by piece would say what was pasted.
 */
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
    if (!(await this.write())) return;
    this.dialog.showModal();
    this.link.select();
  }

  /** Makes the link anew. False if there can be none: a notice says why, and no older one is left. */
  private async write(): Promise<boolean> {
    const notice = byId("notice");
    notice.textContent = "";
    try {
      await this.make();
      return true;
    } catch (error) {
      this.dialog.close();
      this.link.value = "";
      notice.textContent = `No link: ${(error as Error).message}`;
      return false;
    }
  }

  /** Makes the link; secrets are in it only if that is asked for. */
  private async make(): Promise<void> {
    const { shared, name } = this.current();
    const { text, fields = {} } = shared;
    // As it stands: the template says which parameters are secret.
    const { template = "" } = fields;
    const isWhole = this.whole.checked;
    let secrets = 0;
    const hide = async (name: string, text: string): Promise<string> => {
      const masked = await this.engine.ask("masked", name, text, template);
      secrets += masked.secrets;
      return isWhole ? text : masked.text;
    };
    if (text) shared.text = await hide(name, text);
    // It has no kind: what is a secret in any text is one in it.
    if (shared.project) shared.project.config = await hide("text.md", shared.project.config);
    for (const field of ["current", "template", "parameters"]) {
      const value = fields[field];
      if (value) fields[field] = await hide("text.json", value);
    }
    const fragment = await toFragment(shared);
    this.link.value = new URL(fragment, location.href).href;
    // The page's own address is kept in a history, which nobody was asked about.
    if (!isWhole) history.replaceState(null, "", fragment);
    byId("share-secrets").hidden = secrets === 0;
    byId("share-count").textContent = `${secrets} secret${secrets === 1 ? " is" : "s are"} masked in this link.`;
    byId("share-long").hidden = this.link.value.length <= LONGEST_LINK;
  }
}

main().catch((error: Error) => {
  byId("state").textContent = `This page did not start: ${error.message}`;
});
