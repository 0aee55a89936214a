import type { Catalogue } from './catalogue.ts';
import type { ApiOptions } from './options.ts';

/** What the routes work with. */
export interface ApiContext extends ApiOptions {
  readonly catalogue: Catalogue;
  readonly maximumLimit: number;
}
