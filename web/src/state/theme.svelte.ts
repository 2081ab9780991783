/** Dark, light, or as the system: kept in the browser; /theme.js applies it before the first paint. */
export type ThemeChoice = "system" | "dark" | "light";

const light = matchMedia("(prefers-color-scheme: light)");

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem("theme");
    return value === "dark" || value === "light" ? value : "system";
  } catch {
    return "system";
  }
}

class Theme {
  choice = $state<ThemeChoice>(stored());
  #systemIsLight = $state(light.matches);
  /** What is shown. Canvases draw again when it changes. */
  shown: "dark" | "light" = $derived(this.choice === "system" ? (this.#systemIsLight ? "light" : "dark") : this.choice);

  constructor() {
    light.addEventListener("change", () => {
      this.#systemIsLight = light.matches;
      this.#apply();
    });
    this.#apply();
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    try {
      if (choice === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", choice);
    } catch {
      // without storage the choice lasts as long as the page
    }
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset["theme"] = this.shown;
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", this.shown === "light" ? "#FFFFFF" : "#14171F");
  }
}

export const theme = new Theme();
