// Package packed is the form in which the topology is kept on disk: numbers as
// varints, names once, and a head that tells whose it is, of which version, and
// whether it is whole.
//
//	magic(3) version(1) checksum(4, CRC-32C of what follows) form(1) size(4, of the content)
//	content: names, then numbers; compressed when form is 1
//
// A [Writer] makes such a record, a [Reader] reads it and trusts nothing in it: what
// cannot be read makes it fail and read zeros from there on, and nothing is allocated
// that the bytes which are there do not pay for.
package packed
