"""Answers as wptserve does, for the parts of the web platform tests that `fetch` needs: the handlers (`.py`) of the tests
themselves, files with their `.headers`, `.asis`, `.sub` and the pipes `header`, `status` and `sub`, over HTTP/1.1.

server.py FOLDER: listens on two free ports of the loopback, prints them and two where nobody listens, and ends with its standard input. Handlers of the
tests for HTTP/2 (`handle_headers`, `handle_data`) are called with the body as it comes.
"""
import base64
import email.utils
import http
import http.server
import importlib.util
import json
import os
import re
import socket
import socketserver
import sys
import threading
import types
import urllib.parse
import uuid

FOLDER = os.path.abspath(sys.argv[1])
PORTS = []
# What is said to be the ports for TLS: nobody listens there.
CLOSED = []
TYPES = {'.js': 'text/javascript', '.html': 'text/html', '.htm': 'text/html', '.json': 'application/json', '.txt': 'text/plain',
         '.css': 'text/css', '.png': 'image/png', '.xml': 'text/xml', '.xhtml': 'application/xhtml+xml'}


def decoded(value):
    return value.decode('latin-1') if isinstance(value, bytes) else value


def encoded(value):
    return value if isinstance(value, bytes) else str(value).encode('latin-1')


def json_handler(handler):
    def main(request, response):
        result = handler(request, response)
        response.headers.set(b'Content-Type', b'application/json')
        return json.dumps(result)
    return main


def library():
    """The modules of wptserve that handlers import."""
    utils = types.ModuleType('wptserve.utils')
    utils.isomorphic_decode, utils.isomorphic_encode = decoded, encoded
    handlers = types.ModuleType('wptserve.handlers')
    handlers.json_handler = json_handler
    sys.modules.update({'wptserve': types.ModuleType('wptserve'), 'wptserve.utils': utils, 'wptserve.handlers': handlers})


class Stash:
    """What handlers keep from one request to the next, each value until it is taken."""
    values, lock = {}, threading.RLock()

    def __init__(self, path):
        self.path = path

    def _key(self, key, path):
        return (decoded(self.path if path is None else path), uuid.UUID(decoded(key)))

    def put(self, key, value, path=None):
        with Stash.lock:
            if self._key(key, path) in Stash.values:
                raise ValueError('the stash has a value already')
            Stash.values[self._key(key, path)] = value

    def take(self, key, path=None):
        with Stash.lock:
            return Stash.values.pop(self._key(key, path), None)


class Several(dict):
    """Parameters, each with all its values."""

    def __init__(self, pairs):
        super().__init__()
        for name, value in pairs:
            self.setdefault(name, []).append(value)

    def __getitem__(self, name):
        return dict.__getitem__(self, name)[0]

    def first(self, name, *default):
        return self[name] if name in self or not default else default[0]

    def get(self, name, default=None):
        return self.first(name, default)

    def get_list(self, name):
        return dict.get(self, name, [])


class RequestHeaders(dict):
    def __init__(self, message):
        super().__init__()
        for name, value in message.items():
            name = encoded(name).lower()
            self[name] = self[name] + b', ' + encoded(value) if name in self else encoded(value)

    def get(self, name, default=None):
        return dict.get(self, encoded(name).lower(), default)

    def __contains__(self, name):
        return dict.__contains__(self, encoded(name).lower())

    def __getitem__(self, name):
        return dict.__getitem__(self, encoded(name).lower())


class ResponseHeaders(list):
    def set(self, name, value):
        self[:] = [each for each in self if encoded(each[0]).lower() != encoded(name).lower()]
        self.append(name, value)

    def append(self, name, value):
        list.append(self, (name, value))

    def update(self, fields):
        for name, value in fields:
            self.append(name, value)

    def __setitem__(self, name, value):
        self.set(name, value) if not isinstance(name, slice) else list.__setitem__(self, name, value)


def form_of(text):
    return Several((encoded(urllib.parse.unquote_to_bytes(n.replace('+', ' '))), urllib.parse.unquote_to_bytes(v.replace('+', ' ')))
                   for n, _, v in (pair.partition('=') for pair in text.split('&') if pair))


class Request:
    def __init__(self, handler):
        self.handler = handler
        self.method = handler.command
        self.raw_headers = handler.headers
        self.headers = RequestHeaders(handler.headers)
        self.doc_root, self.client_address = FOLDER, handler.client_address
        host = handler.headers.get('host', '127.0.0.1')
        self.request_path = handler.path
        self.url = handler.path if '://' in handler.path else 'http://' + host + handler.path
        self.url_parts = urllib.parse.urlsplit(self.url)
        self.GET = form_of(self.url_parts.query)
        self.server = types.SimpleNamespace(stash=Stash(self.url_parts.path), config={})
        self._body = None

    def pieces(self):
        """The body as it comes, once."""
        read, self._body = self.handler.rfile, b''
        if 'chunked' in self.handler.headers.get('transfer-encoding', ''):
            while size := int(read.readline().split(b';')[0], 16):
                yield read.read(size)
                read.readline()
            while read.readline().strip():
                pass
        else:
            rest = int(self.handler.headers.get('content-length', 0))
            while rest > 0:
                piece = read.read1(min(rest, 65536))
                if not piece:
                    return
                rest -= len(piece)
                yield piece

    @property
    def body(self):
        if self._body is None:
            self._body = b''.join(self.pieces())
        return self._body

    @property
    def POST(self):
        form = self.headers.get('content-type', b'').startswith(b'application/x-www-form-urlencoded')
        return form_of(decoded(self.body)) if form else Several([])

    @property
    def auth(self):
        scheme, _, rest = self.headers.get('authorization', b'').partition(b' ')
        try:
            user, _, password = base64.b64decode(rest).partition(b':') if scheme.lower() == b'basic' else (None, None, None)
        except ValueError:
            user, password = None, None
        return types.SimpleNamespace(username=user, password=password)

    @property
    def cookies(self):
        pairs = (pair.strip().partition(b'=') for pair in self.headers.get('cookie', b'').split(b';') if pair.strip())
        return Several((name, types.SimpleNamespace(value=value)) for name, _, value in pairs)


class Response:
    """Itself its writer."""

    def __init__(self, handler, request):
        self.handler, self.request, self.writer = handler, request, self
        self.status, self.headers, self.content = 200, ResponseHeaders(), None
        self.add_required_headers, self.close_connection = True, False
        self.seen, self.begun, self.headed = set(), False, False

    def write(self, data=None):
        if data is None:
            self.write_status_headers()
            return self.write_content(self.bytes() or b'')
        self.begun = True
        try:
            self.handler.wfile.write(encoded(data))
            return True
        except OSError:
            self.close_connection = True
            return False

    def write_status(self, code, message=None):
        reason = message if message is not None else http.client.responses.get(code, '')
        self.write(b'HTTP/1.1 %d %s\r\n' % (code, encoded(reason)))

    def write_header(self, name, value):
        self.seen.add(encoded(name).lower())
        self.write(encoded(name) + b': ' + encoded(value) + b'\r\n')

    def end_headers(self):
        self.headed = True
        bodiless = self.request.method == 'HEAD' or self.code() in (204, 304)
        if self.add_required_headers:
            if b'date' not in self.seen:
                self.write_header('Date', email.utils.formatdate(usegmt=True))
            if isinstance(self.content, (bytes, str)) and b'content-length' not in self.seen and self.code() not in (204, 304):
                self.write_header('Content-Length', len(self.bytes()))
        if b'content-length' not in self.seen and not bodiless:
            self.close_connection = True
        self.write(b'\r\n')

    def write_content(self, data):
        if not self.headed:
            self.end_headers()
        return self.request.method == 'HEAD' or self.write(data.encode('utf-8') if isinstance(data, str) else data)

    write_data = write_content

    def code(self):
        return int(self.status[0] if isinstance(self.status, tuple) else self.status)

    def bytes(self):
        return self.content.encode('utf-8') if isinstance(self.content, str) else self.content

    def write_status_headers(self):
        self.write_status(self.code(), self.status[1] if isinstance(self.status, tuple) else None)
        for name, value in self.headers:
            self.write_header(name, value)
        self.end_headers()

    def set_error(self, code, message=''):
        self.status = (code, message)
        self.headers = ResponseHeaders([('Content-Type', 'application/json')])
        self.content = json.dumps({'error': {'code': code, 'message': message}})

    def set_cookie(self, name, value, **_):
        self.headers.append('Set-Cookie', encoded(name) + b'=' + encoded(value) + b'; Path=/')


def substituted(data, request):
    host = request.url_parts.hostname
    names = {'host': host, 'location[server]': f'http://{request.url_parts.netloc}', 'location[host]': request.url_parts.netloc,
             'location[hostname]': host, 'location[port]': str(request.url_parts.port or 80), 'uuid()': str(uuid.uuid4())}

    def value(match):
        name = match.group(1).decode()
        kind = re.match(r'(domains|hosts|ports|GET|headers)\[(\w*)\](?:\[(\w*)\])?', name)
        if name in names:
            return names[name].encode()
        if kind and kind[1] == 'ports':
            return str((PORTS if kind[2] == 'http' else CLOSED)[int(kind[3])]).encode()
        if kind and kind[1] == 'GET':
            return request.GET.get(kind[2].encode(), b'')
        if kind and kind[1] == 'headers':
            return request.headers.get(kind[2], b'')
        return b'127.0.0.1' if host == 'localhost' else b'localhost'
    return re.sub(rb'\{\{([^}]+)\}\}', value, data)


def piped(pipe, response, request):
    """What the pipes of an address do to an answer."""
    for name, arguments in re.findall(r'(\w+)(?:\(((?:[^()\\]|\\.)*)\))?', pipe):
        given = [re.sub(r'\\(.)', r'\1', each).strip() for each in re.split(r'(?<!\\),', arguments)]
        if name == 'header':
            add = len(given) > 2 and given[2].lower() in ('true', '1')
            (response.headers.append if add else response.headers.set)(given[0], given[1])
        elif name == 'status':
            response.status = int(given[0])
        elif name == 'sub':
            response.content = substituted(response.bytes(), request)


MODULES, LOADING = {}, threading.Lock()


def module_at(path):
    with LOADING:
        if path not in MODULES:
            spec = importlib.util.spec_from_file_location('handler_' + re.sub(r'\W', '_', path), path)
            MODULES[path] = importlib.util.module_from_spec(spec)
            sys.path.insert(0, os.path.dirname(path))
            spec.loader.exec_module(MODULES[path])
        return MODULES[path]


def handled(path, request, response):
    module = module_at(path)
    if not hasattr(module, 'main'):
        module.handle_headers(None, request, response)
        for piece in request.pieces() if hasattr(module, 'handle_data') else ():
            module.handle_data(types.SimpleNamespace(data=piece), request, response)
        return
    result = module.main(request, response)
    if isinstance(result, tuple):
        if len(result) == 3:
            response.status = result[0]
        response.headers.update(result[-2])
        response.content = result[-1]
    elif result is not None:
        response.content = result


def filed(path, request, response):
    with open(path, 'rb') as file:
        response.content = file.read()
    response.headers.set('Content-Type', TYPES.get(os.path.splitext(path)[1], 'application/octet-stream'))
    for name in (os.path.join(os.path.dirname(path), '__dir__.headers'), path + '.headers'):
        if os.path.exists(name):
            with open(name, 'rb') as file:
                for line in filter(None, file.read().splitlines()):
                    field, _, value = line.partition(b':')
                    response.headers.set(field.strip(), value.strip())
    if '.sub.' in path:
        response.content = substituted(response.content, request)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def __getattr__(self, name):
        if name.startswith('do_'):
            return self.answer
        raise AttributeError(name)

    def answer(self):
        request = Request(self)
        response = Response(self, request)
        path = os.path.join(FOLDER, urllib.parse.unquote(request.url_parts.path).lstrip('/'))
        try:
            if not os.path.isfile(path) or not os.path.realpath(path).startswith(FOLDER):
                response.set_error(404, 'Not Found')
            elif path.endswith('.asis'):
                with open(path, 'rb') as file:
                    response.write(file.read())
                response.close_connection = True
            elif path.endswith('.py'):
                handled(path, request, response)
            else:
                filed(path, request, response)
        except Exception as error:
            if not response.begun:
                response.set_error(500, repr(error))
        if not response.begun:
            response.content = b'' if response.content is None else response.content
            piped(decoded(request.GET.get(b'pipe', b'')), response, request)
            response.write()
        elif not response.headed:
            response.close_connection = True
        request.body
        self.close_connection = self.close_connection or response.close_connection


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads, allow_reuse_address, request_queue_size = True, True, 128

    def handle_error(self, *_):
        pass


if __name__ == '__main__':
    library()
    servers = [Server(('127.0.0.1', 0), Handler) for _ in range(2)]
    PORTS.extend(server.server_address[1] for server in servers)
    reserved = [socket.socket() for _ in range(2)]
    for each in reserved:
        each.bind(('127.0.0.1', 0))
        CLOSED.append(each.getsockname()[1])
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(*PORTS, *CLOSED, flush=True)
    sys.stdin.read()
