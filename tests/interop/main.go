// SPDX-License-Identifier: Apache-2.0

// Command interop stands for other people's logs and auditors: Go's
// golang.org/x/mod/sumdb, note and tlog, in which the go command trusts.
//
//	interop verify FOLDER VKEY   checks a log in FOLDER from end to end: the
//	                             note, every leaf by its tiles, entries
//	interop proofs               checks proofs on standard input (log_maker.c
//	                             has their form); says how many held
//	interop make FOLDER COUNT    makes a log, its key in FOLDER/vkey, and prints
//	                             proofs of it
//
// Go names a tile tile/8/<level>/<index>, C2SP tile/<level>/<index>.
package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
}

func c2spPath(t tlog.Tile) string {
	return "tile" + strings.TrimPrefix(t.Path(), "tile/8")
}

// folder reads tiles as the go command does.
type folder struct {
	path  string
	saved int
}

func (f *folder) Height() int { return height }

func (f *folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(f.path, c2spPath(t)))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func (f *folder) SaveTiles(tiles []tlog.Tile, data [][]byte) { f.saved += len(tiles) }

// parseCheckpoint reads the text of a C2SP checkpoint; tlog.ParseTree is for
// that of go.sum's database, which has another first line.
func parseCheckpoint(text, origin string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] != origin || lines[3] != "" {
		return tlog.Tree{}, errors.New("not a checkpoint")
	}
	n, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: n, Hash: hash}, err
}

func entries(path string, n int64) [][]byte {
	var out [][]byte
	for t := int64(0); t*256 < n; t++ {
		width := n - t*256
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: height, L: 0, N: t, W: int(width)}
		name := strings.Replace(c2spPath(tile), "tile/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(path, name))
		must(err)
		for i := int64(0); i < width; i++ {
			size := binary.BigEndian.Uint16(data)
			out = append(out, data[2:2+size])
			data = data[2+size:]
		}
		if len(data) != 0 {
			must(errors.New("bytes are left over in " + name))
		}
	}
	return out
}

func verify(path, vkey string) {
	verifier, err := note.NewVerifier(vkey)
	must(err)
	text, err := os.ReadFile(filepath.Join(path, "checkpoint"))
	must(err)
	n, err := note.Open(text, note.VerifierList(verifier))
	must(err)
	tree, err := parseCheckpoint(n.Text, verifier.Name())
	must(err)
	f := &folder{path: path}
	reader := tlog.TileHashReader(tree, f)
	for i, entry := range entries(path, tree.N) {
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(i))})
		must(err)
		if hashes[0] != tlog.RecordHash(entry) {
			must(fmt.Errorf("entry %d is not that of the tree", i))
		}
		if i%97 == 0 {
			proof, err := tlog.ProveRecord(tree.N, int64(i), reader)
			must(err)
			must(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), hashes[0]))
			old, err := tlog.TreeHash(int64(i)+1, reader)
			must(err)
			steps, err := tlog.ProveTree(tree.N, int64(i)+1, reader)
			must(err)
			must(tlog.CheckTree(steps, tree.N, tree.Hash, int64(i)+1, old))
		}
	}
	fmt.Println(tree.N)
}

func unhex(text string) (h tlog.Hash) {
	b, err := hex.DecodeString(text)
	must(err)
	if len(b) != len(h) {
		must(errors.New("not a hash: " + text))
	}
	copy(h[:], b)
	return h
}

func checkProofs() {
	held := 0
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		words := strings.Fields(in.Text())
		a, err := strconv.ParseInt(words[1], 10, 64)
		must(err)
		n, err := strconv.ParseInt(words[2], 10, 64)
		must(err)
		first, root := unhex(words[3]), unhex(words[4])
		var hashes []tlog.Hash
		for _, word := range words[5:] {
			hashes = append(hashes, unhex(word))
		}
		switch words[0] {
		case "inclusion":
			must(tlog.CheckRecord(hashes, n, root, a, first))
		case "consistency":
			must(tlog.CheckTree(hashes, n, root, a, first))
		default:
			must(errors.New("not a proof"))
		}
		held++
	}
	must(in.Err())
	fmt.Println(held)
}

func write(path, name string, data []byte) {
	full := filepath.Join(path, name)
	must(os.MkdirAll(filepath.Dir(full), 0o700))
	must(os.WriteFile(full, data, 0o600))
}

// stored is all hashes of a tree in memory, in Go's own order.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, i := range indexes {
		out = append(out, s[i])
	}
	return out, nil
}

func putBundles(path string, records [][]byte) {
	for start := 0; start < len(records); start += 256 {
		width := len(records) - start
		if width > 256 {
			width = 256
		}
		var bundle bytes.Buffer
		for _, record := range records[start : start+width] {
			must(binary.Write(&bundle, binary.BigEndian, uint16(len(record))))
			bundle.Write(record)
		}
		tile := tlog.Tile{H: height, L: 0, N: int64(start / 256), W: width}
		write(path, strings.Replace(c2spPath(tile), "tile/0/", "tile/entries/", 1), bundle.Bytes())
	}
}

func putProofs(n int64, root tlog.Hash, hashes stored) {
	for i := int64(0); i < n; i += 83 {
		proof, err := tlog.ProveRecord(n, i, hashes)
		must(err)
		fmt.Printf("inclusion %d %d %x %x", i, n, hashes[tlog.StoredHashIndex(0, i)][:], root[:])
		for _, h := range proof {
			fmt.Printf(" %x", h[:])
		}
		old, err := tlog.TreeHash(i+1, hashes)
		must(err)
		steps, err := tlog.ProveTree(n, i+1, hashes)
		must(err)
		fmt.Printf("\nconsistency %d %d %x %x", i+1, n, old[:], root[:])
		for _, h := range steps {
			fmt.Printf(" %x", h[:])
		}
		fmt.Println()
	}
}

func makeLog(path string, n int64) {
	const origin = "go.example/log"
	secret, vkey, err := note.GenerateKey(rand.Reader, origin)
	must(err)
	signer, err := note.NewSigner(secret)
	must(err)
	var hashes stored
	var records [][]byte
	for i := int64(0); i < n; i++ {
		record := []byte(fmt.Sprintf("record %d of Go's", i))
		more, err := tlog.StoredHashes(i, record, hashes)
		must(err)
		hashes = append(hashes, more...)
		records = append(records, record)
	}
	for _, tile := range tlog.NewTiles(height, 0, n) {
		data, err := tlog.ReadTileData(tile, hashes)
		must(err)
		write(path, c2spPath(tile), data)
	}
	putBundles(path, records)
	root, err := tlog.TreeHash(n, hashes)
	must(err)
	text := fmt.Sprintf("%s\n%d\n%s\n", origin, n, root)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	must(err)
	write(path, "checkpoint", signed)
	write(path, "vkey", []byte(vkey))
	putProofs(n, root, hashes)
}

func main() {
	args := os.Args[1:]
	switch {
	case len(args) == 3 && args[0] == "verify":
		verify(args[1], args[2])
	case len(args) == 1 && args[0] == "proofs":
		checkProofs()
	case len(args) == 3 && args[0] == "make":
		n, err := strconv.ParseInt(args[2], 10, 64)
		must(err)
		makeLog(args[1], n)
	default:
		fmt.Fprintln(os.Stderr, "usage: interop verify FOLDER VKEY | proofs | make FOLDER COUNT")
		os.Exit(2)
	}
}
