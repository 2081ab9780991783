/** Times as people read them. */

/** 1:02.500, or 1:02 without decimals; hours only where there are any. */
export function clock(seconds: number, n_decimals = 0): string {
  const scale = 10 ** n_decimals;
  const total = Math.round(Math.max(0, seconds) * scale) / scale;
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const rest = (total % 60).toFixed(n_decimals).padStart(n_decimals ? 3 + n_decimals : 2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** For screen readers: "1 minute 2 seconds". */
export function spokenTime(seconds: number): string {
  const total = Math.round(Math.max(0, seconds));
  const parts = [
    [Math.floor(total / 3600), "hour"],
    [Math.floor((total % 3600) / 60), "minute"],
    [total % 60, "second"],
  ] as const;
  const words = parts.filter(([n, unit]) => n > 0 || (unit === "second" && total < 60)).map(([n, unit]) => `${n} ${unit}${n === 1 ? "" : "s"}`);
  return words.join(" ");
}
