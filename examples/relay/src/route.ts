import { useSyncExternalStore } from "react";

export interface Route {
  page: "upcoming" | "history" | "booking";
  /** Of a booking, or of one of its items. */
  id: string;
}

export const linkTo = (id: string) => `#/booking/${encodeURIComponent(id)}`;

/** The page that the address names after its #. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(
    (listener) => {
      addEventListener("hashchange", listener);
      return () => removeEventListener("hashchange", listener);
    },
    () => location.hash,
  );
  const [, page, id = ""] = hash.split("/");
  if (page === "booking" && id) return { page, id: decodeURIComponent(id) };
  return { page: page === "history" ? "history" : "upcoming", id: "" };
}
