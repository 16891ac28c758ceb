/** Dates and days in the language of the panel. */

import type { SecretInfo } from './protocol';

/** From so many days before on, an expiry date is in the row, and from so many it is marked. */
const SHOWN_DAYS = 30;
const SOON_DAYS = 14;
const DAY_MS = 86_400_000;

// Made once for each language: to make one takes longer than to draw a row.
const formats = new Map<
  string,
  { days: Intl.RelativeTimeFormat; date: Intl.DateTimeFormat; time: Intl.DateTimeFormat }
>();

function formatsOf(language: string) {
  const made = formats.get(language) ?? {
    days: new Intl.RelativeTimeFormat(language, { numeric: 'auto' }),
    date: new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }),
    time: new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  };
  formats.set(language, made);
  return made;
}

/** Returns how many days are left until the last one of a secret, on this machine's calendar: 0 on that day. */
export function daysLeft(expires: string, now = new Date()): number {
  return (Date.parse(expires) - Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())) / DAY_MS;
}

/** How a secret's expiry is shown in its row: not at all, as it is, as one that is soon, or as one that is over. */
export function urgency({ expires }: SecretInfo, now = new Date()): '' | 'later' | 'soon' | 'over' {
  if (!expires) {
    return '';
  }
  const days = daysLeft(expires, now);
  return days < 0 ? 'over' : days <= SOON_DAYS ? 'soon' : days <= SHOWN_DAYS ? 'later' : '';
}

/** Says a day by its distance: `in 3 days`. */
export function sayDays(days: number, language: string): string {
  return formatsOf(language).days.format(days, 'day');
}

/** Says a day such as `2030-12-31`. */
export function sayDate(day: string, language: string): string {
  return formatsOf(language).date.format(Date.parse(day));
}

/** Says a moment, in the time of this machine. */
export function sayTime(moment: string, language: string): string {
  return formatsOf(language).time.format(Date.parse(moment));
}
