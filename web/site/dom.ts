// The few things that every part of the page does with elements.

type Child = Node | string;
type Properties = Record<string, string | boolean | ((event: Event) => void)>;

/** Makes an element: functions are listeners, `true` is an attribute without a value, `false` is none. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** The element with an id, which the page has. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as T;
}

/** Calls `act` once nothing has asked for it for a while. */
export function later(delay: number, act: () => void): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(act, delay);
  };
}

/** Copies what `text` gives when the button is pressed, and says so on it. */
export function copies(button: HTMLButtonElement, text: () => string): void {
  const label = button.textContent ?? "";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed here: select and copy";
    }
    setTimeout(() => (button.textContent = label), 2000);
  });
}
