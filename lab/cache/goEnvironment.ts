import { GO_FLAGS } from "./recipeKey";

/** Where Go and Node differ in what they call this machine's processor. */
const GO_ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/**
 * The person's own Go settings that would change the result are overruled; caches and proxies are theirs. By values: one that is only left
 * out, or empty, may still be in the file of `go env -w`.
 */
export const goEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  GOOS: "linux",
  GOARCH: GO_ARCHITECTURES[process.arch] ?? process.arch,
  GOAMD64: "v1",
  GOARM64: "v8.0",
  GOEXPERIMENT: undefined,
  GO111MODULE: "on",
  GOFLAGS: GO_FLAGS,
  GOWORK: "off",
  CGO_ENABLED: "0",
  // Of the compiler: it collects garbage less often, for some hundred megabytes.
  GOGC: "400",
});
