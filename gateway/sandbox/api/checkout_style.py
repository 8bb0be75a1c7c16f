"""The style of checkout's pages: phone width first, light and dark."""

import base64
import hashlib

STYLE = """
:root {
  color-scheme: light dark;
  --page: #f2f4f7; --card: #fff; --text: #15181e; --muted: #565e6c; --line: #d9dee6;
  --accent: #0a6a4d; --accent-hover: #08563f; --on-accent: #fff; --danger: #b3261e; --field: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1115; --card: #191c22; --text: #eef0f4; --muted: #a7afbd; --line: #323844;
    --accent: #63d3ac; --accent-hover: #85e2c1; --on-accent: #04251a; --danger: #ffb4ab; --field: #12151a;
  }
}
* { box-sizing: border-box }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  overflow-wrap: anywhere;
}
header {
  display: flex; gap: .75rem; align-items: center; justify-content: space-between;
  max-width: 60rem; margin: 0 auto; padding: 1.25rem 1rem .75rem; font-weight: 600;
}
.tag {
  font-size: .8125rem; color: var(--muted); border: 1px solid var(--line); border-radius: 99px;
  padding: .125rem .75rem; white-space: nowrap;
}
main { max-width: 60rem; margin: 0 auto; padding: 0 1rem 2.5rem; display: grid; gap: 1rem }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem; overflow: hidden;
  padding: 1.25rem; align-self: start;
}
.card > img {
  display: block; width: calc(100% + 2.5rem); height: auto; margin: -1.25rem -1.25rem 1.25rem;
  aspect-ratio: 3 / 1; object-fit: cover;
}
h1 { font-size: 1.625rem; line-height: 1.2; margin: 0 0 1rem; letter-spacing: -.01em }
h2 { font-size: 1.125rem; margin: 0 0 .75rem }
p { margin: 0 0 1rem }
dl { margin: 0; display: grid; gap: .875rem }
dt { font-size: .875rem; color: var(--muted) }
dd { margin: 0 }
.total {
  display: flex; justify-content: space-between; align-items: baseline; gap: 1rem;
  border-top: 1px solid var(--line); margin: 1rem 0; padding-top: 1rem; font-weight: 600;
}
.total strong { font-size: 1.5rem }
.total small { display: block; font-weight: 400; color: var(--muted) }
.hint { font-size: .875rem; color: var(--muted) }
.hint:last-child { margin: 1rem 0 0; text-align: center }
label { display: block; font-weight: 600; margin: 0 0 .875rem }
input {
  display: block; width: 100%; margin-top: .25rem; padding: .625rem .75rem; min-height: 2.75rem;
  font: inherit; font-weight: 400; color: inherit; background: var(--field);
  border: 1px solid var(--muted); border-radius: .625rem;
}
input[aria-invalid] { border-color: var(--danger) }
.error { color: var(--danger); font-weight: 600 }
button, .button {
  display: block; width: 100%; min-height: 3rem; padding: .75rem 1rem; margin-top: .75rem;
  border: 1px solid transparent; border-radius: .75rem; font: inherit; font-weight: 600;
  text-align: center; text-decoration: none; cursor: pointer;
}
.primary { background: var(--accent); color: var(--on-accent) }
.primary:hover { background: var(--accent-hover) }
.secondary { background: transparent; color: inherit; border-color: var(--line) }
.secondary:hover { border-color: var(--muted) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.notice { max-width: 34rem; width: 100%; margin: 2rem auto 0; text-align: center; padding: 2rem 1.25rem }
.mark { font-size: 2rem; line-height: 1; margin: 0 0 1rem; color: var(--accent) }
@media (min-width: 48rem) {
  main { gap: 1.5rem }
  .two { grid-template-columns: 1.15fr 1fr }
  .card { padding: 1.75rem }
  .card > img { width: calc(100% + 3.5rem); margin: -1.75rem -1.75rem 1.5rem; aspect-ratio: 16 / 7 }
}
"""

STYLE_HASH = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
"""Allows the style, and no other, in a content security policy."""
