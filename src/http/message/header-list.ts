/** Header fields as a list, for whoever writes them and whoever reads them all. */

/** Name as sent, value without surrounding white space, in the order of the message. */
export type HeaderList = readonly (readonly [name: string, value: string])[]
