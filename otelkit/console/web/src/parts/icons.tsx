// The page's icons, drawn on a 16-unit grid in the current text colour. Decorative: the words beside them carry the meaning.
import type { ComponentChildren } from "preact";

function Icon({ children, size = 16 }: { children: ComponentChildren; size?: number | undefined }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

type Size = { readonly size?: number };

/** The mark: a waterfall of three spans. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <rect x="2" y="5" width="19" height="5.6" rx="2.8" fill="var(--colour-0)" />
      <rect x="9" y="13.2" width="21" height="5.6" rx="2.8" fill="var(--colour-1)" />
      <rect x="9" y="21.4" width="11" height="5.6" rx="2.8" fill="var(--colour-2)" />
    </svg>
  );
}

export const TracesIcon = ({ size }: Size) => (
  <Icon size={size}>
    <path d="M2 4h7M5 8h9M5 12h5" />
  </Icon>
);

export const LogsIcon = ({ size }: Size) => (
  <Icon size={size}>
    <path d="M2.5 3.5h11M2.5 6.5h8M2.5 9.5h11M2.5 12.5h5" />
  </Icon>
);

export const MetricsIcon = ({ size }: Size) => (
  <Icon size={size}>
    <path d="M2 12.5l3.5-5 3 3 5.5-7" />
  </Icon>
);

export const SearchIcon = ({ size }: Size) => (
  <Icon size={size}>
    <circle cx="7" cy="7" r="4.5" />
    <path d="M10.5 10.5L14 14" />
  </Icon>
);

export const ChevronIcon = ({ size }: Size) => (
  <Icon size={size}>
    <path d="M6 4l4 4-4 4" />
  </Icon>
);

export const CloseIcon = ({ size }: Size) => (
  <Icon size={size}>
    <path d="M4 4l8 8M12 4l-8 8" />
  </Icon>
);

export const CopyIcon = ({ size }: Size) => (
  <Icon size={size}>
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
    <path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5" />
  </Icon>
);

export const CheckIcon = ({ size }: Size) => (
  <Icon size={size}>
    <path d="M3 8.5l3.5 3.5L13 4.5" />
  </Icon>
);

export const PauseIcon = ({ size }: Size) => (
  <Icon size={size}>
    <path d="M5.5 3.5v9M10.5 3.5v9" />
  </Icon>
);

export const ErrorIcon = ({ size }: Size) => (
  <Icon size={size}>
    <circle cx="8" cy="8" r="6" />
    <path d="M8 5v3.5M8 11v.01" />
  </Icon>
);

export const ArrowIcon = ({ size }: Size) => (
  <Icon size={size}>
    <path d="M3 8h10M9 4l4 4-4 4" />
  </Icon>
);

export const BackIcon = ({ size }: Size) => (
  <Icon size={size}>
    <path d="M10 4L6 8l4 4" />
  </Icon>
);

export const SunIcon = ({ size }: Size) => (
  <Icon size={size}>
    <circle cx="8" cy="8" r="2.75" />
    <path d="M8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" />
  </Icon>
);

export const MoonIcon = ({ size }: Size) => (
  <Icon size={size}>
    <path d="M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z" />
  </Icon>
);

export const SystemThemeIcon = ({ size }: Size) => (
  <Icon size={size}>
    <circle cx="8" cy="8" r="5.75" />
    <path d="M8 2.25a5.75 5.75 0 0 1 0 11.5z" fill="currentColor" />
  </Icon>
);
