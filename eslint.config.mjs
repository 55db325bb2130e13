import tseslint from "typescript-eslint";
import { rooms } from "./lint/rooms.mjs";

export default tseslint.config(
  { ignores: ["node_modules/", "coverage/", "dist/"] },
  ...tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // A number in a message is no hazard; an Output in one is, and stays an error.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  { files: ["**/*.ts"], plugins: { house: { rules: { rooms } } }, rules: { "house/rooms": "error" } },
  { files: ["**/*.{mjs,cjs}"], ...tseslint.configs.disableTypeChecked },
  // What Node and Pulumi start themselves, before anything is built.
  { files: ["**/*.cjs"], rules: { "@typescript-eslint/no-require-imports": "off" } },
);
