import { GO_FLAGS } from "./recipeKey";

/** The person's own Go settings that would change the result are left out; caches and proxies are theirs. */
export const goEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  GOOS: undefined,
  GOARCH: undefined,
  GOAMD64: undefined,
  GOEXPERIMENT: undefined,
  GOFLAGS: GO_FLAGS,
  GOWORK: "off",
  CGO_ENABLED: "0",
  // Of the compiler: it collects garbage less often, for some hundred megabytes.
  GOGC: "400",
});
