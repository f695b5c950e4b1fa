// Light, dark, or what the system says. Kept nowhere: the next visit asks the system again.

import { byId } from "./dom";

export function watchTheme(): void {
  const select = byId<HTMLSelectElement>("theme");
  select.addEventListener("change", () => {
    if (select.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = select.value;
  });
}
