// Numbers with units, short enough for a label and exact enough for a table. None of
// these takes undefined: what is unknown is said in words by the caller.

const thin = '\u202f';

/** 12.4 → "12.4/s". Below one in ten seconds the unit grows, so "0.00/s" never appears. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  if (perSecond >= 0.1) return `${digits(perSecond)}/s`;
  if (perSecond * 60 >= 0.1) return `${digits(perSecond * 60)}/min`;
  return `${digits(perSecond * 3600)}/h`;
}

/** 0.021 → "2.1 %". A ratio that is not 0 never reads as 0, one below 1 never as 100. */
export function ratio(value: number): string {
  const percent = value * 100;
  if (percent > 0 && percent < 0.1) return `<0.1${thin}%`;
  if (percent < 100 && percent > 99.9) return `>99.9${thin}%`;
  return `${trim(percent.toFixed(1))}${thin}%`;
}

/** 0.0412 → "41.2 ms". Negative values are shown: clocks may disagree. */
export function seconds(value: number): string {
  const size = Math.abs(value);
  const sign = value < 0 ? '\u2212' : '';
  if (size === 0) return `0${thin}s`;
  if (size < 1e-6) return `${sign}${digits(size * 1e9)}${thin}ns`;
  if (size < 1e-3) return `${sign}${digits(size * 1e6)}${thin}\u00b5s`;
  if (size < 1) return `${sign}${digits(size * 1e3)}${thin}ms`;
  if (size < 120) return `${sign}${digits(size)}${thin}s`;
  return `${sign}${digits(size / 60)}${thin}min`;
}

/** 12345 → "12 345". Fractions come from sampling correction and are rounded. */
export function count(value: number): string {
  if (value > 0 && value < 0.5) return '<1';
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, thin);
}

/** 1 → "1 service", 3 → "3 services". */
export function counted(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** 300 → "5 min": the length of a window. */
export function span(lengthSeconds: number): string {
  if (lengthSeconds < 120) return `${digits(lengthSeconds)}${thin}s`;
  if (lengthSeconds < 7200) return `${digits(lengthSeconds / 60)}${thin}min`;
  if (lengthSeconds < 172800) return `${digits(lengthSeconds / 3600)}${thin}h`;
  return `${digits(lengthSeconds / 86400)}${thin}d`;
}

/** The local time of day of an RFC 3339 instant; undefined if it is none. */
export function clock(instant: string | number): string | undefined {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return undefined;
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

/** The local day and time of an RFC 3339 instant; undefined if it is none. */
export function moment(instant: string): string | undefined {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return undefined;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${clock(instant)}`;
}

/** Three significant digits, no exponent, no trailing zeros. */
function digits(value: number): string {
  if (value >= 100) return count(value);
  return trim(value.toFixed(value >= 10 ? 1 : 2));
}

function trim(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
