import { format } from "prettier";
import { editorSchema } from "./editorSchema";
import { page } from "./page";
import { allSettings } from "./settings";

/** What `npm run docs` writes, by path: the reference page and the editors' schema, formatted as the repository is. */
export async function referenceFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    "docs/reference/configuration.md": await format(page(allSettings()), {
      parser: "markdown",
      printWidth: 120,
      proseWrap: "always",
    }),
    "docs/reference/configuration.schema.json": await format(JSON.stringify(editorSchema()), {
      parser: "json",
      printWidth: 120,
    }),
  };
}
