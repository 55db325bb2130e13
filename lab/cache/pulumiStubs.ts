import type { GoModule } from "./recipe";

/*
 * A library that takes a twentieth of the time of all builds, for one command of the Pulumi CLI that shows what Pulumi's own cloud has to offer:
 * what its packages have to declare for that, and nothing behind it.
 */

const ORDERED_MAP = `package orderedmap

import "iter"

type Map[K comparable, V any] struct{}

func New[K comparable, V any]() *Map[K, V] { return &Map[K, V]{} }

func Len[K comparable, V any](*Map[K, V]) int { return 0 }

func (*Map[K, V]) Get(K) (value V, found bool)     { return }
func (*Map[K, V]) GetOrZero(K) (value V)           { return }
func (*Map[K, V]) Set(K, V) (before V, found bool) { return }
func (*Map[K, V]) Delete(K) (before V, found bool) { return }

func (*Map[K, V]) FromOldest() iter.Seq2[K, V] { return func(func(K, V) bool) {} }
func (*Map[K, V]) KeysFromOldest() iter.Seq[K] { return func(func(K) bool) {} }
`;

const BASE = `package base

import (
	"github.com/pb33f/libopenapi/orderedmap"
	"go.yaml.in/yaml/v4"
)

type Info struct{ Version string }

type Discriminator struct {
	PropertyName string
	Mapping      *orderedmap.Map[string, string]
}

type Low struct{}

func (*Low) Hash() uint64 { return 0 }

type SchemaProxy struct{}

func (*SchemaProxy) Schema() *Schema { return nil }

type SchemaOrFlag struct{ A *SchemaProxy }

func (*SchemaOrFlag) IsA() bool { return false }

type Schema struct {
	Type                         []string
	Description, Format, Pattern string
	Required                     []string
	AllOf, OneOf, AnyOf          []*SchemaProxy
	Discriminator                *Discriminator
	Properties                   *orderedmap.Map[string, *SchemaProxy]
	Items, AdditionalProperties  *SchemaOrFlag
	Nullable, ReadOnly           *bool
	MinLength, MaxLength         *int64
	Minimum, Maximum, MultipleOf *float64
	Default                      *yaml.Node
	Enum                         []*yaml.Node
	Extensions                   *orderedmap.Map[string, *yaml.Node]
}

func (*Schema) GoLow() *Low                        { return nil }
func (*Schema) MarshalJSONInline() ([]byte, error) { return nil, nil }
`;

const V3 = `package v3

import (
	"github.com/pb33f/libopenapi/datamodel/high/base"
	"github.com/pb33f/libopenapi/orderedmap"
	"go.yaml.in/yaml/v4"
)

type Document struct {
	Info       *base.Info
	Components *Components
	Paths      *Paths
}

type Components struct {
	Schemas *orderedmap.Map[string, *base.SchemaProxy]
}

type Paths struct {
	PathItems *orderedmap.Map[string, *PathItem]
}

type PathItem struct{ Get, Post, Put, Delete, Patch, Head *Operation }

type Operation struct {
	OperationId, Summary, Description string
	Tags                              []string
	Parameters                        []*Parameter
	RequestBody                       *RequestBody
	Responses                         *Responses
	Deprecated                        *bool
	Extensions                        *orderedmap.Map[string, *yaml.Node]
}

type Parameter struct {
	Name, In, Description string
	Required              *bool
	Schema                *base.SchemaProxy
}

type RequestBody struct {
	Content *orderedmap.Map[string, *MediaType]
}

type MediaType struct{ Schema *base.SchemaProxy }

type Responses struct {
	Codes   *orderedmap.Map[string, *Response]
	Default *Response
}

type Response struct {
	Description string
	Content     *orderedmap.Map[string, *MediaType]
}
`;

/** The error is all that is left of it. */
const LIBOPENAPI = `package libopenapi

import (
	"errors"

	"github.com/pb33f/libopenapi/datamodel/high/v3"
)

type Document struct{}

type DocumentModel[T any] struct{ Model T }

func NewDocument([]byte) (*Document, error) {
	return nil, errors.New("this build of the Pulumi CLI cannot read OpenAPI documents; use a released one")
}

func (*Document) BuildV3Model() (*DocumentModel[v3.Document], error) {
	return nil, errors.New("no document")
}
`;

/** The command is `pulumi cloud api`. */
export const PULUMI_STUBS = {
  "github.com/pb33f/libopenapi": {
    ".": LIBOPENAPI,
    orderedmap: ORDERED_MAP,
    "datamodel/high/base": BASE,
    "datamodel/high/v3": V3,
  },
} satisfies GoModule["stubs"];
