/** Line drawings on a grid of 16, in the colour of the text around them. */

export const ADD = 'M8 3v10M3 8h10';
export const INSERT = 'M13 3v10M3 8h7M7 5l3 3-3 3';
export const MORE = 'M8 3.5h.01M8 8h.01M8 12.5h.01';
export const CLOSE = 'M4 4l8 8M12 4l-8 8';
export const DOWN = 'M4 6l4 4 4-4';
export const RIGHT = 'M6 4l4 4-4 4';
export const CHECK = 'M3 8.5l3.5 3.5L13 4.5';
export const REFRESH = 'M13 3v3.5H9.5M12.6 6.5A5 5 0 1 0 13 9.5';
export const ORDER = 'M4.5 3v10M2 10.5l2.5 2.5L7 10.5M9 4h5M9 8h4M9 12h2';
export const SETTINGS = 'M2 5h6M12 5h2M2 11h2M8 11h6M8 5a2 2 0 1 0 4 0a2 2 0 1 0-4 0M4 11a2 2 0 1 0 4 0a2 2 0 1 0-4 0';
export const HELP = 'M6 6a2 2 0 1 1 2.8 1.8C8.2 8.2 8 8.6 8 9.5M8 12h.01M1.5 8a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0';
export const COPY = 'M6 6h7v7H6zM10 6V3H3v7h3';

export function Icon({ path }: { path: string }) {
  return (
    <svg class="dhs-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
