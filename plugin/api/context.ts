import type { Catalogue } from './catalogue.ts';
import type { ApiOptions } from './options.ts';

/** What the routes work with. */
export interface ApiContext extends ApiOptions {
  readonly catalogue: Catalogue;
  readonly maximumLimit: number;
  /** For those who see their project's own rows only: it may be a minute old. */
  readonly memberPicture: ApiOptions['clusterPicture'];
}
