// GraphQL Yoga on node:http, with its plugin for graphql-jit; CACHED=1 keeps whole answers.
import { createServer } from 'node:http';
import { useGraphQlJit } from '@envelop/graphql-jit';
import { useResponseCache } from '@graphql-yoga/plugin-response-cache';
import { createSchema, createYoga } from 'graphql-yoga';
import { CACHE_SECONDS, makeContext, resolvers, typeDefs } from './schema.mjs';

const schema = createSchema({ typeDefs, resolvers });
const plugins = [useGraphQlJit()];
if (process.env.CACHED) plugins.push(useResponseCache({ session: () => null, ttl: CACHE_SECONDS * 1000 }));
const yoga = createYoga({ schema, context: makeContext, plugins, logging: false, graphiql: false, landingPage: false });
createServer(yoga).listen(Number(process.env.PORT), '127.0.0.1');
