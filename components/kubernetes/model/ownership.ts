/** Under this name this project owns fields of objects that others own too. Never changed: a new name would orphan the old fields. */
export const FIELD_MANAGER = "cilium-clustermesh";

/** Annotation that tells whose an object is: another stack's object is as foreign as Helm's. */
export const OWNER_ANNOTATION = "cilium-clustermesh/owner";

/** Annotation of a Secret that lists the keys that this stack has put there, so that it recognises them after an edit by another manager. */
export const KEYS_ANNOTATION = "cilium-clustermesh/keys";

/** Annotations that Pulumi's Patch resources leave on the objects that they patch. */
export const PATCH_ANNOTATIONS = ["pulumi.com/patchFieldManager", "pulumi.com/patchForce", "pulumi.com/skipAwait"];

/** Annotation that names the Helm release that an object is of. */
export const HELM_RELEASE_ANNOTATION = "meta.helm.sh/release-name";
