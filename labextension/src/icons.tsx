/** Line drawings on a grid of 16, in the colour of the text around them. */

const PATHS = {
  key: 'M10.5 2a3.5 3.5 0 1 0-3.3 4.7L2 11.9V14h2.1v-1.4h1.4v-1.4h1.4l1.9-1.9A3.5 3.5 0 0 0 10.5 2zm1 2.5h.01',
  add: 'M8 3v10M3 8h10',
  insert: 'M13 3v10M3 8h7M7 5l3 3-3 3',
  more: 'M8 3.5h.01M8 8h.01M8 12.5h.01',
  close: 'M4 4l8 8M12 4l-8 8',
  down: 'M4 6l4 4 4-4'
};

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="dhs-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
