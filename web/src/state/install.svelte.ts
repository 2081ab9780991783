/** Installing the studio as a program of its own, where the browser offers it. */
interface InstallPrompt extends Event {
  prompt: () => Promise<{ outcome: "accepted" | "dismissed" }>;
}

class Install {
  isOffered = $state(false);
  isInstalled = $state(matchMedia("(display-mode: standalone)").matches);
  #prompt: InstallPrompt | null = null;

  constructor() {
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.#prompt = event as InstallPrompt;
      this.isOffered = true;
    });
    addEventListener("appinstalled", () => {
      this.isInstalled = true;
      this.isOffered = false;
    });
  }

  async ask(): Promise<void> {
    await this.#prompt?.prompt();
    this.isOffered = false;
  }
}

export const install = new Install();
