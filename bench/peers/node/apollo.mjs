// Apollo Server, standalone; CACHED=1 keeps whole answers.
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import { startStandaloneServer } from '@apollo/server/standalone';
import responseCache from '@apollo/server-plugin-response-cache';
import { CACHE_SECONDS, makeContext, resolvers, typeDefs } from './schema.mjs';

const control = ApolloServerPluginCacheControl({ defaultMaxAge: CACHE_SECONDS, calculateHttpHeaders: false });
const plugins = process.env.CACHED ? [control, responseCache()] : [];
const server = new ApolloServer({ typeDefs, resolvers, plugins, includeStacktraceInErrorResponses: false });
const listen = { port: Number(process.env.PORT), host: '127.0.0.1' };
await startStandaloneServer(server, { listen, context: async () => makeContext() });
