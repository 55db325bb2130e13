import tseslint from "typescript-eslint";

/** Imports go one way: index.ts → stacks → components. The lab stands alone, tests see all. */
const noImportFrom = (files, ...layers) => ({
  files,
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: layers.map((layer) => ({
          regex: layer,
          message: "imports go one way: index.ts → stacks → components; lab stands alone",
        })),
      },
    ],
  },
});

const tests = "(^|/)\\.\\./test(/|$)";
const lab = "(^|/)\\.\\./lab(/|$)";
const stacks = "(^|/)\\.\\./stacks(/|$)";
const components = "(^|/)\\.\\./components(/|$)";

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
  noImportFrom(["components/**/*.ts"], stacks, lab, tests, "(^|/)\\.\\./index(\\.js)?$"),
  noImportFrom(["components/*/model/*.ts"], "^@pulumi/"),
  noImportFrom(["components/*/model/*/*.ts"], "^@pulumi/"),
  noImportFrom(["stacks/**/*.ts"], lab, tests, "(^|/)\\.\\./index(\\.js)?$"),
  noImportFrom(["lab/**/*.ts"], components, stacks, tests, "^@pulumi/"),
  { files: ["**/*.{mjs,cjs}"], ...tseslint.configs.disableTypeChecked },
  // What Node and Pulumi start themselves, before anything is built.
  { files: ["**/*.cjs"], rules: { "@typescript-eslint/no-require-imports": "off" } },
);
