// --8<-- [start:codegen]
import type { CodegenConfig } from "@graphql-codegen/cli";
import { addTypenameSelectionDocumentTransform } from "@graphql-codegen/client-preset";
import scalars from "../../clients/scalars.json" with { type: "json" };

const config: CodegenConfig = {
  schema: "../../schema.graphql",
  documents: "src/**/*.{ts,tsx}",
  // The manifest then has what Apollo Client sends: it adds __typename to each object.
  documentTransforms: [addTypenameSelectionDocumentTransform],
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: {
        fragmentMasking: false,
        // src/gql/persisted-documents.json, for GATEWAY_TRUSTED_DOCUMENTS and `gateway check-documents`.
        persistedDocuments: { hashAlgorithm: "sha256" },
      },
      config: { scalars, strictScalars: true, useTypeImports: true, enumsAsTypes: true },
    },
  },
};

export default config;
// --8<-- [end:codegen]
