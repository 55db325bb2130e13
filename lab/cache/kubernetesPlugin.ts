import type { GoModule, GoSource } from "./recipe";

const PROVIDER = "github.com/pulumi/pulumi-kubernetes/provider/v4";

/** The newest that there is as a Go module, where no 4.x is tagged: the commit that was released as 4.25.0. */
export const PLUGIN_VERSION = "v4.0.0-20260115033456-f47bc2d6f199";

/** The module's own `main` embeds generated files that the module lacks: the schema, which only code generators ask for. */
const MAIN: GoSource = {
  ".": `// The Pulumi plugin "kubernetes", from its Go module.
package main

import (
	"fmt"

	"${PROVIDER}/pkg/provider"
	"${PROVIDER}/pkg/version"
)

func main() {
	schema := fmt.Sprintf(\`{"name":"kubernetes","version":%q}\`, version.Version)
	provider.Serve("kubernetes", version.Version, []byte(schema), []byte("{}"))
}
`,
};

/**
 * Of Pulumi's SDK for Go, which takes ten minutes to compile, the plugin needs these for components that make resources out of YAML and
 * charts. Nothing here uses those.
 */
const SDK: GoSource = {
  "go/kubernetes": `package kubernetes

import "reflect"

type UntypedArgs map[string]any

func (UntypedArgs) ElementType() reflect.Type { return reflect.TypeFor[map[string]any]() }
`,
  "go/kubernetes/yaml/v2": `package v2

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func RegisterResource(
	_ *pulumi.Context, apiVersion, kind, name string, _ pulumi.Input, _ ...pulumi.ResourceOption,
) (pulumi.CustomResource, error) {
	return nil, fmt.Errorf("%s %s %s: this build of the plugin has no components for YAML, Kustomize and Helm charts; "+
		"use a released plugin", apiVersion, kind, name)
}
`,
  "go/kubernetes/helm/v4": `package v4

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

type PostRenderer struct {
	Command string
	Args    []string
}

type PostRendererInput interface{ pulumi.Input }

type RepositoryOpts struct {
	CaFile, CertFile, KeyFile pulumi.AssetOrArchive
	Username, Password, Repo  *string
}

type RepositoryOptsInput interface{ pulumi.Input }
`,
};

/** Import path of the plugin's `main`. */
export const PLUGIN_MAIN = "lab.invalid/pulumi-resource-kubernetes";

/** A module of its own: the plugin does not compile with the versions of Kubernetes' parts that the lab's clusters have. */
export const PLUGIN_MODULE: GoModule = {
  name: "kubernetes-plugin",
  require: { [PROVIDER]: PLUGIN_VERSION },
  stubs: { [PLUGIN_MAIN]: MAIN, "github.com/pulumi/pulumi-kubernetes/sdk/v4": SDK },
  // At least the SDK's version, or the engine warns of each provider; what follows the + is what it is.
  ldflags: [`-X ${PROVIDER}/pkg/version.Version=4.34.2+module.${PLUGIN_VERSION.slice(7, 15)}`],
};
