/** Numbers and times as people read them. */

const MINUS = "−";

/** 1.5 -> "0:02"; 3725 -> "1:02:05"; null -> "–". */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const tail = String(s).padStart(2, "0");
  return h > 0 ? `${h}:${String(m).padStart(2, "0")}:${tail}` : `${m}:${tail}`;
}

/** How long something took or will take: "0.4 s", "12 s", "3 min", "2 h 5 min". */
export function span(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest ? ` ${rest} min` : ""}`;
}

export function number(value: number | null | undefined, nDecimals = 1): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const text = value.toFixed(nDecimals);
  return /^-0(\.0+)?$/.test(text) ? text.slice(1) : text.replace("-", MINUS);
}

export function size(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return "–";
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let at = 0;
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${at === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}

const relative = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });
const withTime = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

/** "3 minutes ago", "yesterday"; older than a week: the date. */
export function ago(time: string | null | undefined, now = Date.now()): string {
  if (!time) return "–";
  const seconds = (new Date(time).getTime() - now) / 1000;
  const past = Math.abs(seconds);
  if (past < 45) return "just now";
  if (past < 3600) return relative.format(Math.round(seconds / 60), "minute");
  if (past < 86_400) return relative.format(Math.round(seconds / 3600), "hour");
  if (past < 7 * 86_400) return relative.format(Math.round(seconds / 86_400), "day");
  return withTime.format(new Date(time));
}

export function dateTime(time: string | null | undefined): string {
  return time ? withTime.format(new Date(time)) : "–";
}

/** A figure with a true minus sign; an en dash where there is none. */
export function figure(value: number | null | undefined, n_decimals = 1, isSigned = false): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const text = value.toFixed(n_decimals);
  const plain = Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
  return isSigned && Number(text) > 0 ? `+${plain}` : plain;
}
