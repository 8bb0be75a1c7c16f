// What the theme leaves out for people who use a keyboard or a screen reader.
function complete() {
  // The buttons of a code block are in a <nav> without a name, once the block is on the screen.
  for (const nav of document.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "none");
  // A table that is wider than the page is scrolled with the arrow keys.
  for (const wrap of document.querySelectorAll(".md-typeset__scrollwrap")) {
    wrap.tabIndex = wrap.scrollWidth > wrap.clientWidth ? 0 : -1;
  }
}

new MutationObserver(complete).observe(document.body, { childList: true, subtree: true });
addEventListener("resize", complete);
