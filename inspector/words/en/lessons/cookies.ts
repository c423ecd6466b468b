/** Chapter 9: cookies, and the sessions that hang on them. */
import type { FixationNames } from '../../../lessons/cookies/fixation.ts'
import type { LeavingNames } from '../../../lessons/cookies/leaving.ts'
import type { ScopeNames } from '../../../lessons/cookies/scope.ts'
import type { SessionNames } from '../../../lessons/cookies/session.ts'
import type { StolenNames } from '../../../lessons/cookies/stolen.ts'
import type { LessonWords } from '../../../lessons/lesson.ts'

export const session: LessonWords<SessionNames> = {
  title: 'Why the server knows you',
  prose: [
    'HTTP remembers nothing. Each request stands for itself, and the one behind a login looks like anybody’s. Sending the password every time would work, and would be foolish.',
    'So the shop, when {user} has signed in, makes up an id: {letters} letters, drawn at random. It notes what belongs to it, {books} books and a name, and says the id once, in `Set-Cookie`. From then on the browser says it back with every request, in `Cookie`. That is all a cookie is: a note that one side asks the other to carry.',
    'The id `{id}` means nothing by itself: no name, no password, nothing to work out. It only has to be so long that nobody finds one by trying. The shop does not even keep it: it keeps a digest, `{key}`, so that whoever steals its list of sessions can sign in as nobody.',
  ],
  changes: { remembered: 'With a cookie', forgetful: 'The browser keeps no cookie', guessed: 'One letter is changed' },
  steps: {
    asks: 'The laptop asks for the account. Nothing says who asks.',
    stranger: 'The shop answers {firstStatus}: who are you?',
    signsIn: '{user} signs in, at {loginAt} ms. The password travels this once.',
    given: 'The shop is content, and gives an id to carry, {cookie}={id}, and keeps what belongs to it.',
    again: 'The next request, at {secondAt} ms. The browser has put the cookie in.',
    bare: 'The next request, at {secondAt} ms, with nothing to know it by.',
    altered: 'The next request brings an id whose last letter is another one: {sent}.',
    known: 'The shop finds the session, and answers “{answer}”.',
    refused: 'The shop answers {status}. It knows no such session.',
  },
  labels: { laptopKeeps: 'the laptop keeps', shopKeeps: 'the shop keeps, under', belongs: 'what belongs to it' },
  question: 'One letter of the id is changed, and all the others are right. What does the shop answer?',
  choices: {
    same: 'The account of the one who signed in: it is nearly the same id.',
    other: 'The account of somebody else.',
    nobody: 'It does not know the visitor.',
  },
  answers: {
    same: 'An id is looked up, not compared by likeness: its digest is another one altogether. In the run the answer is {status}.',
    other:
      'There are so few sessions among so many possible ids that the neighbour of one is nobody’s. In the run the answer is {status}.',
    nobody:
      'In the run the answer is {status}. There are so many more ids of {letters} letters than sessions that whoever tries them would need longer than the world is old.',
  },
}

export const stolen: LessonWords<StolenNames> = {
  title: 'Who has the cookie is you',
  prose: [
    'The shop has nothing but the id to know {user} by. Who else says it is {user} too. The password does not matter any more.',
    'In this run there is no TLS. Mallory sits on the same wire, reads `{id}` as it goes by, and at {usesAt} ms asks for the account itself. The shop answers “{answer}”.',
    'TLS hides the cookie, but only where it is used, and a browser also follows links to `http://`. So the shop can mark a cookie. `Secure`: never without TLS. `HttpOnly`: no script in the page sees it. `SameSite`: it stays at home when the page of another site asks; browsers do so today for forms even where nothing is said. The verdicts in the table are those of the engines’ own cookie jar.',
  ],
  changes: { plain: 'Without TLS', unmarked: 'TLS, cookie without marks', marked: 'TLS, Secure and HttpOnly' },
  steps: {
    signsIn: '{user} signs in.',
    given: 'The shop gives the cookie {id}, and the browser keeps it.',
    asks: 'The laptop asks for the account. The cookie lies open on the wire.',
    link: 'A link to http:// is followed. This request goes without TLS, and the cookie goes along.',
    bare: 'A link to http:// is followed. The request goes without TLS, and without the cookie.',
    tries: 'Three that ask without being the shop’s page, and what they get.',
    heard: 'What Mallory has read: {heard} messages of HTTP, {cookies} with a cookie.',
    empty: 'What Mallory has read: {heard} messages of HTTP, {cookies} with a cookie.',
    uses: 'Mallory asks for the account, at {usesAt} ms.',
    taken: 'The shop answers {status}: “{answer}”. It thinks that {user} has asked.',
    refused: 'The shop answers {status}: it knows no such visitor.',
  },
  labels: {
    message: 'message',
    secret: 'cookie in it',
    none: 'nothing',
    byLink: 'a link to http://',
    byScript: 'a script in the page',
    byForm: 'a form on another site',
  },
  question:
    '{user} signs in over TLS, and the cookie has no marks. Then the laptop follows a link to http://shop.test/account. What does Mallory, who listens all the time, get?',
  choices: {
    nothing: 'Nothing: the cookie came under TLS.',
    cookie: 'The cookie, but not the password.',
    password: 'The password too.',
  },
  answers: {
    nothing:
      'A cookie does not remember how it came, unless it is marked. In the run Mallory reads {cookies} {cookies|message|messages} with a cookie.',
    cookie:
      'The login went under TLS, and the password was read {passwords} times. But the link went without, and the browser put {id} in. At {usesAt} ms Mallory is {user}: “{answer}”. Secure would have kept the cookie at home.',
    password:
      'The login went under TLS. In the run the password was read {passwords} times, and a cookie {cookies} {cookies|time|times}.',
  },
}

export const scope: LessonWords<ScopeNames> = {
  title: 'Which cookie goes where',
  prose: [
    'A browser keeps the cookies of all the world in one jar. Two things decide who gets one back: the host, and the path. `{first}` says neither: it goes to this host alone.',
    '`Domain` makes it wider, for all names below one; `Path` makes it narrower. Of the {said} cookies that the shop sets here {kept} are kept and {refused} refused: nobody may set cookies for a stranger, nobody for a suffix under which everybody can have a name, and who calls a cookie `__Host-` promises that it is for one host only.',
    'The request does not say where a cookie came from, only its name and value. So a neighbour under the same name can put one of its own there. Try it.',
  ],
  changes: { several: 'Six cookies', tossed: 'A neighbour sets one too', prefixed: 'With __Host-' },
  steps: {
    sets: 'The shop sets {said} cookies.',
    judged: 'The jar keeps {kept} of them. Why it refuses the others is said beside each.',
    cart: 'The laptop asks for something below /cart: {cartSends}. The longest path comes first.',
    blog: 'Another name below shop.test gets only what was said for all of them.',
    table: 'The same jar, three requests.',
    own: '{user} signs in at the shop, and gets a cookie.',
    tossed: 'The blog is Mallory’s. It sets a cookie of the same name for shop.test: that of its own account.',
    asks: 'The laptop asks the shop for the account, and brings {cookies}',
    whose: 'The shop answers “{answer}”.',
  },
  labels: { said: 'Set-Cookie', verdict: 'kept?', asked: 'asked', goes: 'cookies that go along', none: 'none' },
  question:
    '{user} is signed in at shop.test. Mallory’s blog.shop.test sets a cookie of the same name for shop.test and the path /account. Whose account does the shop show at /account?',
  choices: {
    own: 'That of {user}: the host’s own cookie counts.',
    mallory: 'That of Mallory.',
    nobody: 'Nobody’s: two cookies of one name are refused.',
  },
  answers: {
    own: 'The request does not say which cookie is the host’s own. In the run it brings {sent} of the same name, and the shop answers “{answer}”.',
    mallory:
      'The request brings {sent} cookies of the same name, and that with the longer path comes first. The shop answers “{answer}”. What {user} buys now, Mallory sees. With the name __Host-sid the jar refuses the blog’s: no Domain is allowed there.',
    nobody:
      'Two of one name are allowed. In the run the request brings {sent}, and the shop takes the first one that it knows: “{answer}”.',
  },
}

export const fixation: LessonWords<FixationNames> = {
  title: 'Why the id changes at login',
  prose: [
    'Stealing an id is one way. Giving one away is another: Mallory asks the shop for a session of its own, `{id}`, and sees to it that the laptop has it, here by a neighbour’s cookie.',
    'At {loginAt} ms {user} signs in with it. This shop writes into the session it finds: from now on `{id}` is {user}. Nothing was read, nothing was guessed, and at {usesAt} ms Mallory asks with the id that it has known all along: “{answer}”.',
    'The remedy costs one line: whoever signs in gets a new id. What was in the cart comes along, the old id opens nothing.',
  ],
  changes: { kept: 'The shop keeps the id', changed: 'A new id at login' },
  steps: {
    begins: 'Mallory visits the shop, and is given the session {id}, with an empty cart.',
    planted: 'Its blog gives that id to the laptop, for all of shop.test.',
    signsIn: '{user} signs in, at {loginAt} ms. The planted cookie goes along.',
    same: 'Welcome. The shop sets no cookie: there is one already.',
    another: 'Welcome, and {another} is the new id.',
    uses: 'Mallory asks for the account with the old id, at {usesAt} ms.',
    inside: 'The shop answers {status}: “{answer}”.',
    outside: 'The shop answers {status}.',
  },
  labels: {},
  question: 'The shop gives {user} a new id at login. What does the id that Mallory has open now?',
  choices: {
    account: 'The account of {user}.',
    cart: 'The empty cart, as before.',
    nothing: 'Nothing.',
  },
  answers: {
    account: 'The account belongs to {another} now. In the run Mallory asks with {id}, and the answer is {status}.',
    cart: 'The cart has moved on to {another}, with all that was in it; it was the same session. In the run the answer is {status}.',
    nothing:
      'The session has moved on to {another}, and {id} is nobody’s: the answer is {status}. Mallory could know the first id, because it was there before the login. The second one was said under TLS to the laptop alone.',
  },
}

export const leaving: LessonWords<LeavingNames> = {
  title: 'Signing out',
  prose: [
    'A session is in two places: the id with the browser, the rest with the shop. Signing out should end both. The browser is told by a cookie that has expired already: `Max-Age` of nothing.',
    'Here somebody has a copy of `{id}`, got in one of the ways of before. {user} signs out, the shop ends its session, and the copy that is shown at {usedAt} ms opens nothing.',
    'Most people never sign out. So the shop also forgets who does not come for a while; and a cookie without `Max-Age` or `Expires` is gone when the browser is closed.',
  ],
  changes: {
    ended: 'The shop ends the session',
    cookieOnly: 'Only the cookie is removed',
    waiting: 'Nobody signs out',
  },
  steps: {
    given: '{user} has signed in, and has {id} to show.',
    leaves: '{user} signs out.',
    removed: 'The shop says goodbye, with a cookie of the same name that has expired.',
    bare: 'The laptop asks again, without a cookie: {laptopStatus}.',
    waits:
      'The laptop comes back after {away} minutes. The cookie is still there, the shop waits {idle}: {laptopStatus}.',
    copy: 'Somebody shows {id}, the copy.',
    works: 'The shop answers {status}: “{answer}”.',
    dead: 'The shop answers {status}: there is no such session.',
  },
  labels: {},
  question:
    'The shop only removes the cookie when {user} signs out, and leaves its session as it was. Somebody has a copy of the cookie. What now?',
  choices: {
    dead: 'The copy is dead: {user} has signed out.',
    works: 'The copy still works, but {user} is out.',
    laptop: 'Both are still in.',
  },
  answers: {
    dead: 'Removing a cookie is a request to one browser. In the run the copy is shown at {usedAt} ms, and the answer is {status}: “{answer}”.',
    works:
      'The laptop gets {laptopStatus}, the copy {status}: “{answer}”. A browser can only forget its own copy; the session ends where it is kept.',
    laptop: 'The browser did remove the cookie. In the run the laptop gets {laptopStatus}, and the copy {status}.',
  },
}
