/** Short notes at the edge of the page, read out by screen readers. */
import { problemOf } from "../api/client";
import { inOrder } from "./words";

export interface Toast {
  id: number;
  tone: "info" | "ok" | "danger";
  text: string;
  detail: string | null;
  action: { label: string; run: () => void } | null;
}

class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;

  show(text: string, more: { tone?: Toast["tone"]; detail?: string | null; action?: Toast["action"]; seconds?: number } = {}): number {
    const toast: Toast = { id: this.#next++, tone: more.tone ?? "info", text: inOrder(text), detail: more.detail ? inOrder(more.detail) : null, action: more.action ?? null };
    this.list = [...this.list.slice(-3), toast];
    setTimeout(() => this.drop(toast.id), (more.seconds ?? (toast.tone === "danger" ? 14 : 8)) * 1000);
    return toast.id;
  }

  ok = (text: string): number => this.show(text, { tone: "ok" });

  /** Show what went wrong and what to do about it. */
  problem = (error: unknown, before = ""): number => {
    const problem = problemOf(error);
    return this.show(before ? `${before} ${problem.message}` : problem.message, { tone: "danger", detail: problem.details?.remedy ?? null });
  };

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
