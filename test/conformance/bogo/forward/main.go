// What BoGo's runner starts for every test: it hands its arguments to the process that has the engine, over a Unix
// socket, and ends as that one says. Starting it takes a millisecond or two; starting Node each time would take minutes.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	code, err := forward(os.Getenv("BAREWIRE_SHIM"), os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "forward:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

// The request is the arguments as JSON. The answer is the exit code (one byte), the length of what goes to the standard
// output (four), that text, and what goes to the standard error.
func forward(socket string, args []string) (int, error) {
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	request, err := json.Marshal(args)
	if err != nil {
		return 0, err
	}
	if _, err := conn.Write(request); err != nil {
		return 0, err
	}
	if err := conn.CloseWrite(); err != nil {
		return 0, err
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		return 0, err
	}
	if len(answer) < 5 {
		return 0, io.ErrUnexpectedEOF
	}
	texts := answer[5:]
	length := binary.BigEndian.Uint32(answer[1:5])
	os.Stdout.Write(texts[:length])
	os.Stderr.Write(texts[length:])
	return int(answer[0]), nil
}
