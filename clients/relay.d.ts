/** Queries for one object by its id find it in the store if a list has already brought it. */
export const missingFieldHandlers: {
  kind: "linked";
  handle(
    field: { readonly name: string },
    record: { getType(): string } | null | undefined,
    args: Readonly<Record<string, any>>,
  ): string | undefined;
}[];
