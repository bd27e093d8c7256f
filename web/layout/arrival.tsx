/** Takes those who do not see the page along when it becomes another: the focus goes to what is new, and its title is said. */
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";

/** After this long a menu has given the focus back, and what was left has gone. */
const SETTLED_MS = 250;

export function Arrival() {
  const title = useWindowTitle();
  const router = useRouter();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
      if (fromLocation === undefined || !pathChanged) return;
      clearTimeout(timer);
      timer = setTimeout(focusContent, SETTLED_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [router]);
  return (
    <p aria-live="polite" className="sr-only">
      {title}
    </p>
  );
}

/** Not away from what still stands there, such as the tab that was pressed, nor from where somebody types. */
function focusContent(): void {
  const at = document.activeElement;
  const content = document.querySelector<HTMLElement>("#content");
  if (at !== null && at !== document.body && (content?.contains(at) || at.closest("input, textarea, [role=dialog]")))
    return;
  content?.focus({ preventScroll: true });
}

/** Said when it changes, not when the first page comes: that one browsers say by themselves. */
function useWindowTitle(): string {
  const [title, setTitle] = useState("");
  useEffect(() => {
    const element = document.querySelector("title");
    if (element === null) return undefined;
    let isFirst = true;
    const changed = new MutationObserver(() => {
      if (!isFirst) setTitle(document.title);
      isFirst = false;
    });
    changed.observe(element, { childList: true, characterData: true, subtree: true });
    return () => changed.disconnect();
  }, []);
  return title;
}
