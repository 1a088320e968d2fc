// Reads a directory that writelog has made and believes nothing of it: every checkpoint, tile, entry and proof is checked with
// golang.org/x/mod/sumdb/note and tlog, which share no line with the node. Prints what it checked, or what is wrong and exits with 1.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var dir string

func fail(format string, args ...interface{}) {
	fmt.Printf("WRONG "+format+"\n", args...)
	os.Exit(1)
}

func read(name string) []byte {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		fail("%v", err)
	}
	return data
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != text {
		fail("number %q", text)
	}
	return n
}

func hash(text string) tlog.Hash {
	h, err := tlog.ParseHash(text)
	if err != nil {
		fail("hash %q", text)
	}
	return h
}

// tiles are our files under Go's names: tile/8/L/N is tile/L/N.
type tiles struct{}

func (tiles) Height() int                     { return 8 }
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range list {
		data, err := os.ReadFile(filepath.Join(dir, strings.Replace(t.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// cosigner verifies cosignature/v1 (C2SP tlog-cosignature), which x/mod does not know.
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.id }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(c.key, append([]byte(head), msg...), sig[8:])
}

func newCosigner(vkey string) cosigner {
	part := strings.SplitN(vkey, "+", 3)
	key, err := base64.StdEncoding.DecodeString(part[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		fail("witness key %q", vkey)
	}
	sum := sha256.Sum256(append([]byte(part[0]+"\n"), key...))
	if hex.EncodeToString(sum[:4]) != part[1] {
		fail("witness key id %q", vkey)
	}
	return cosigner{part[0], binary.BigEndian.Uint32(sum[:]), key[1:]}
}

// checkpoint opens a note that the log has signed, and the witness too.
func checkpoint(data []byte, log, witness note.Verifier) tlog.Tree {
	n, err := note.Open(data, note.VerifierList(log, witness))
	if err != nil {
		fail("note: %v", err)
	}
	if len(n.Sigs) != 2 || len(n.UnverifiedSigs) != 0 {
		fail("note: %d good signatures, %d unknown", len(n.Sigs), len(n.UnverifiedSigs))
	}
	line := strings.Split(n.Text, "\n")
	if len(line) != 4 || line[3] != "" || line[0] != log.Name() {
		fail("checkpoint %q", n.Text)
	}
	return tlog.Tree{N: number(line[1]), Hash: hash(line[2])}
}

// leaves gives the leaf hashes of a tree from its level 0 tiles, each tile proved against the tree by TileHashReader.
func leaves(tree tlog.Tree) []tlog.Hash {
	reader := tlog.TileHashReader(tree, tiles{})
	var all []tlog.Hash
	for at := int64(0); at < tree.N; {
		var index []int64
		for ; at < tree.N && len(index) < 256*16; at++ {
			index = append(index, tlog.StoredHashIndex(0, at))
		}
		hashes, err := reader.ReadHashes(index)
		if err != nil {
			fail("tiles of size %d: %v", tree.N, err)
		}
		all = append(all, hashes...)
	}
	return all
}

// entries compares every entry in the bundles of a tree with its leaf; an empty one is withheld.
func entries(tree tlog.Tree, leaf []tlog.Hash) (withheld int) {
	for n := int64(0); n*256 < tree.N; n++ {
		width := tree.N - n*256
		if width > 256 {
			width = 256
		}
		path := tlog.Tile{H: 8, L: -1, N: n, W: int(width)}.Path()
		data := read(strings.Replace(path, "tile/8/data/", "tile/entries/", 1))
		for i := n * 256; i < n*256+width; i++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				fail("bundle %d is torn at leaf %d", n, i)
			}
			length := int(binary.BigEndian.Uint16(data))
			if length == 0 {
				withheld++
			} else if tlog.RecordHash(data[2:2+length]) != leaf[i] {
				fail("leaf %d", i)
			}
			data = data[2+length:]
		}
		if len(data) != 0 {
			fail("bundle %d has more than it should", n)
		}
	}
	return withheld
}

func equal(a, b []tlog.Hash) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// proofs checks what the node has proved, and that Go proves the same from the tiles.
func proofs(trees map[int64]tlog.Tree, leaf []tlog.Hash) (inclusions, consistencies int) {
	for _, text := range strings.Split(strings.TrimSuffix(string(read("proofs")), "\n"), "\n") {
		field := strings.Fields(text)
		if len(field) < 3 {
			continue
		}
		var given []tlog.Hash
		for _, h := range field[3:] {
			given = append(given, hash(h))
		}
		a, b := number(field[1]), number(field[2])
		if field[0] == "inclusion" {
			if err := tlog.CheckRecord(given, a, trees[a].Hash, b, leaf[b]); err != nil {
				fail("inclusion of %d in %d: %v", b, a, err)
			}
			own, err := tlog.ProveRecord(a, b, tlog.TileHashReader(trees[a], tiles{}))
			if err != nil || !equal(own, given) {
				fail("inclusion of %d in %d is not Go's: %v", b, a, err)
			}
			inclusions++
			continue
		}
		if err := tlog.CheckTree(given, b, trees[b].Hash, a, trees[a].Hash); err != nil {
			fail("consistency of %d and %d: %v", a, b, err)
		}
		own, err := tlog.ProveTree(b, a, tlog.TileHashReader(trees[b], tiles{}))
		if err != nil || !equal(own, given) {
			fail("consistency of %d and %d is not Go's: %v", a, b, err)
		}
		consistencies++
	}
	return inclusions, consistencies
}

// carried checks a C2SP tlog-proof file.
func carried(name string, leaf []tlog.Hash, log, witness note.Verifier) {
	head, rest, ok := strings.Cut(string(read(name)), "\n\n")
	line := strings.Split(head, "\n")
	if !ok || len(line) < 2 || line[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(line[1], "index ") {
		fail("%s is no tlog-proof", name)
	}
	var path []tlog.Hash
	for _, h := range line[2:] {
		path = append(path, hash(h))
	}
	index := number(strings.TrimPrefix(line[1], "index "))
	tree := checkpoint([]byte(rest), log, witness)
	if err := tlog.CheckRecord(path, tree.N, tree.Hash, index, leaf[index]); err != nil {
		fail("%s: %v", name, err)
	}
}

// fork checks an entente-fork/1 file: one key has signed two trees that differ at one leaf.
func fork(data []byte, log, witness note.Verifier) {
	var leaf [2]tlog.Hash
	var path [2][]tlog.Hash
	var tree [2]tlog.Tree
	index := int64(-1)
	for lineno := 0; len(data) > 0; lineno++ {
		end := bytes.IndexByte(data, '\n')
		field := strings.Split(string(data[:end]), " ")
		data = data[end+1:]
		switch {
		case lineno == 0 && field[0] == "entente-fork/1":
		case field[0] == "index":
			index = number(field[1])
		case field[0] == "leaf":
			for i := range leaf {
				if n, err := hex.Decode(leaf[i][:], []byte(field[1+i])); n != 32 || err != nil {
					fail("fork: leaf %d", i)
				}
			}
		case field[0] == "proof-a" || field[0] == "proof-b":
			i := field[0][6] - 'a'
			path[i] = append(path[i], hash(field[1]))
		case field[0] == "note-a" || field[0] == "note-b":
			length := number(field[1])
			tree[field[0][5]-'a'] = checkpoint(data[:length], log, witness)
			data = data[length:]
		default:
			fail("fork: line %q", field)
		}
	}
	for i := range tree {
		if err := tlog.CheckRecord(path[i], tree[i].N, tree[i].Hash, index, leaf[i]); err != nil {
			fail("fork: tree %d: %v", i, err)
		}
	}
	if leaf[0] == leaf[1] {
		fail("fork: the leaves are the same")
	}
}

func main() {
	dir = os.Args[1]
	log, err := note.NewVerifier(string(read("log.vkey")))
	if err != nil {
		fail("log key: %v", err)
	}
	witness := newCosigner(string(read("witness.vkey")))
	names, _ := filepath.Glob(filepath.Join(dir, "checkpoint.*"))
	trees := map[int64]tlog.Tree{}
	var sizes []int64
	for _, name := range names {
		tree := checkpoint(read(filepath.Base(name)), log, witness)
		if name != filepath.Join(dir, fmt.Sprintf("checkpoint.%d", tree.N)) {
			fail("%s says %d", name, tree.N)
		}
		trees[tree.N] = tree
		sizes = append(sizes, tree.N)
	}
	sort.Slice(sizes, func(i, k int) bool { return sizes[i] < sizes[k] })
	var largest []tlog.Hash
	for _, size := range sizes {
		tree := trees[size]
		if size == 0 {
			if tree.Hash != sha256.Sum256(nil) {
				fail("root of the empty tree")
			}
			continue
		}
		root, err := tlog.TreeHash(size, tlog.TileHashReader(tree, tiles{}))
		if err != nil || root != tree.Hash {
			fail("root of size %d: %v", size, err)
		}
		leaf := leaves(tree)
		withheld := entries(tree, leaf)
		if !equal(leaf[:len(largest)], largest) {
			fail("size %d rewrites what was there", size)
		}
		largest = leaf
		carried(fmt.Sprintf("tlog-proof.%d", size), leaf, log, witness)
		fmt.Printf("size %d: %d entries, %d withheld\n", size, int(size)-withheld, withheld)
	}
	inclusions, consistencies := proofs(trees, largest)
	fmt.Printf("%d inclusion and %d consistency proofs\n", inclusions, consistencies)
	if len(largest) > 0 {
		fork(read("fork"), log, witness)
		fmt.Println("fork proof holds")
	}
}
