// Bytes, speeds, durations and counts as people read them. Decimal units, as download sizes are given everywhere.

const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** 1234567 -> "1.2 MB". Three figures at most; whole numbers from 100 up. */
export function formatBytes(sizeBytes: number, locale = "en"): string {
  return format(sizeBytes, locale, "");
}

/** 1234567 -> "1.2 MB/s". */
export function formatSpeed(bytesPerSecond: number, locale = "en"): string {
  return format(bytesPerSecond, locale, "-per-second");
}

function format(sizeBytes: number, locale: string, per: "" | "-per-second"): string {
  let value = Math.max(0, sizeBytes);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  const unitDisplay = unit === 0 ? "long" : "short";
  const style = { style: "unit", unit: `${units[unit]}${per}`, unitDisplay } as const;
  return new Intl.NumberFormat(locale, { ...style, maximumFractionDigits: digits }).format(value);
}

/** 75 -> "1 min 15 s"; hours drop the seconds, under ten seconds nothing finer than a second unless `digits` asks for it. */
export function formatSeconds(seconds: number, locale = "en", digits = 0): string {
  if (digits > 0 && seconds < 10) {
    const format = { style: "unit", unit: "second", unitDisplay: "short", maximumFractionDigits: digits } as const;
    return new Intl.NumberFormat(locale, format).format(seconds);
  }
  const whole = Math.max(1, Math.round(seconds));
  const part = (value: number, unit: string) =>
    new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(value);
  if (whole < 60) return part(whole, "second");
  if (whole < 3600) {
    const rest = whole < 600 ? whole % 60 : 0;
    const minutes = part(whole < 600 ? Math.floor(whole / 60) : Math.round(whole / 60), "minute");
    return rest ? `${minutes} ${part(rest, "second")}` : minutes;
  }
  const minutes = Math.round(whole / 60);
  const hours = part(Math.floor(minutes / 60), "hour");
  return minutes % 60 ? `${hours} ${part(minutes % 60, "minute")}` : hours;
}

/** 7.04e9 -> "7.0B", 4.9e6 -> "4.9M". */
export function formatParameters(count: number, locale = "en"): string {
  const format = new Intl.NumberFormat(locale, {
    notation: "compact",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  return format.format(count);
}

export function formatRate(perSecond: number, locale = "en"): string {
  const digits = perSecond >= 20 ? 0 : perSecond >= 1 ? 1 : 2;
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(perSecond);
}

/** 12345 -> "12,345". */
export function formatCount(count: number, locale = "en"): string {
  return new Intl.NumberFormat(locale).format(count);
}
