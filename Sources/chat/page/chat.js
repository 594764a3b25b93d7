// The page of the chat. docs/chat.md describes the messages to and from the server.

const element = (id) => document.getElementById(id);
const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const calendar = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const graphemes = 'Segmenter' in Intl ? new Intl.Segmenter() : null;

/** How many messages stay in the page; three times as many while the user reads old ones. */
const shownLimit = 1000;
/** How many messages are fetched at a time. */
const pageSize = 50;
/** After how many milliseconds of silence a ping is sent, and after how many more the connection is given up. */
const silence = { ask: 20_000, giveUp: 10_000 };
/** How long to wait before the first attempt to reconnect, and at most before later ones. */
const pause = { first: 400, longest: 15_000 };
/** After how many milliseconds a connection counts as good, so that the next pause is short again. */
const lasting = 10_000;
/** The close code of the server for a window that another one has replaced. */
const replacedCode = 4001;
/** The close code of the server for a client that reads too slowly. */
const tooSlowCode = 1013;

// Each window is a person of its own, and remains so after a reload.
const memory = {
  read(key) {
    try { return sessionStorage.getItem(key); } catch { return null; }
  },
  write(key, value) {
    try { sessionStorage.setItem(key, value); } catch { /* Private windows may have no storage. */ }
  },
};

/** A random UUID. crypto.randomUUID is missing from pages that were not loaded securely. */
function newID() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const me = {
  name: memory.read('name') ?? '',
  key: memory.read('key') ?? newID(),
  joined: false,
};
memory.write('key', me.key);
const limits = { nameCharacters: 32, textCharacters: 4000 };

/** Makes an element with a class and a text, or with children. */
function make(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/** A name with its own text direction. */
const isolated = (name) => make('bdi', '', name);

/** A colour for a name, the same each time. */
function paint(target, name) {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)) % 360_007;
  target.style.setProperty('--hue', String(hash % 360));
}

function countCharacters(text) {
  if (text.length < limits.textCharacters * 0.9) return text.length;
  return graphemes ? [...graphemes.segment(text)].length : [...text].length;
}

// MARK: Messages

const messages = {
  list: element('messages'),
  scroller: element('scroller'),
  first: 0,
  last: 0,
  unread: 0,

  get isAtEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 60;
  },

  clear() {
    this.list.replaceChildren();
    this.first = 0;
    this.last = 0;
  },

  /** Adds messages that follow the last one. Those that are already shown are left out. */
  append(added, isNew) {
    const follows = this.isAtEnd || this.last === 0;
    let isMore = false;
    for (const message of added) {
      unsent.remove(message.id);
      if (message.sequence <= this.last) continue;
      addMessage(this.list, message, isNew);
      isMore = true;
      this.last = message.sequence;
      if (this.first === 0) this.first = message.sequence;
    }
    this.settle(follows);
    if (isMore && !follows) element('latest').hidden = false;
    element('older').hidden = this.first <= 1;
  },

  /** Adds a note about an event. */
  note(...content) {
    const follows = this.isAtEnd;
    this.list.append(make('li', 'event', ...content));
    this.settle(follows);
  },

  /** Keeps the end in view if it was in view, and limits the size of the page. */
  settle(follows) {
    const limit = follows ? shownLimit : 3 * shownLimit;
    while (this.list.childElementCount > limit) this.list.firstElementChild.remove();
    const first = this.list.querySelector('.message');
    if (first) this.first = Number(first.dataset.sequence);
    if (follows) this.toEnd();
  },

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    element('latest').hidden = true;
  },

  /** Fetches messages before the first one. */
  async showOlder() {
    const button = element('older');
    if (button.disabled) return;
    button.disabled = true;
    try {
      const page = await history({ before: this.first, limit: pageSize });
      const older = document.createDocumentFragment();
      for (const message of page.messages) addMessage(older, message, false);
      const day = this.list.firstElementChild;
      const days = older.querySelectorAll('.day');
      const lastDay = days[days.length - 1];
      if (day?.classList.contains('day') && day.textContent === lastDay?.textContent) day.remove();
      const height = this.scroller.scrollHeight;
      // Old messages must not be read out as if they were new.
      this.list.setAttribute('aria-live', 'off');
      this.list.prepend(older);
      this.scroller.scrollTop += this.scroller.scrollHeight - height;
      requestAnimationFrame(() => this.list.setAttribute('aria-live', 'polite'));
      if (page.messages.length > 0) this.first = page.messages[0].sequence;
      button.hidden = !page.more;
    } catch (error) {
      notice(error.message);
    } finally {
      button.disabled = false;
    }
  },
};

/** Adds one message to a list: with its day and its sender, if they differ from those of the previous message. */
function addMessage(list, message, isNew, found) {
  const time = new Date(message.time);
  const day = calendar.format(time);
  let earlier = list.lastElementChild;
  while (earlier && !earlier.dataset.day) earlier = earlier.previousElementSibling;
  if (earlier?.dataset.day !== day) {
    const line = make('li', 'day', day);
    line.dataset.day = day;
    list.append(line);
  }
  const before = list.lastElementChild;
  const item = make('li', 'message');
  item.dataset.day = day;
  item.dataset.sequence = message.sequence;
  item.dataset.id = message.id;
  item.dataset.from = message.name;
  item.dataset.time = message.time;
  const isMine = message.name === me.name;
  const follows = before?.dataset.from === message.name && message.time - Number(before.dataset.time) < 300_000;
  item.classList.toggle('mine', isMine);
  item.classList.toggle('follows', follows && !found);
  item.classList.toggle('new', isNew);
  paint(item, message.name);
  const stamp = make('time', '', clock.format(time));
  stamp.dateTime = time.toISOString();
  stamp.title = time.toLocaleString();
  const body = make('div', 'body');
  body.dir = 'auto';
  fill(body, message.text, found);
  item.append(make('div', 'head', make('span', 'from', message.name), stamp), body);
  list.append(item);
}

/** Puts a text into an element, with links, or with the search text marked. */
function fill(target, text, found) {
  if (found) {
    const pattern = found.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    for (const part of text.split(new RegExp(`(${pattern})`, 'iu'))) {
      target.append(part.toLowerCase() === found.toLowerCase() ? make('mark', '', part) : part);
    }
    return;
  }
  let end = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}'’”]/giu)) {
    const link = make('a', '', match[0]);
    link.href = match[0];
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
    target.append(text.slice(end, match.index), link);
    end = match.index + match[0].length;
  }
  target.append(text.slice(end));
}

/** Requests older messages, or those that contain a text. */
async function history(query) {
  let response;
  try {
    response = await fetch(`/history?${new URLSearchParams(query)}`);
  } catch {
    throw new Error('The server can’t be reached.');
  }
  if (!response.ok) throw new Error((await response.text()) || 'The history is temporarily unavailable.');
  return response.json();
}

// MARK: Unsent messages

const unsent = {
  list: element('unsent'),
  waiting: [],

  /** Restores the messages that were written before the page was reloaded. */
  restore() {
    try {
      for (const { id, text } of JSON.parse(memory.read('unsent') ?? '[]')) this.add(id, text);
    } catch { /* The stored value is not ours. */ }
  },

  remember() {
    memory.write('unsent', JSON.stringify(this.waiting.map(({ id, text }) => ({ id, text }))));
    connection.show();
  },

  add(id, text) {
    const item = make('li', 'message mine unsent');
    item.dataset.id = id;
    const body = make('div', 'body');
    body.dir = 'auto';
    fill(body, text);
    const sending = make('span', 'sending', 'Not sent yet');
    item.append(make('div', 'head', sending), body);
    this.list.append(item);
    this.waiting.push({ id, text, item, isOnItsWay: false, isRefused: false });
    this.remember();
  },

  remove(id) {
    const index = this.waiting.findIndex((entry) => entry.id === id);
    if (index < 0) return;
    this.waiting[index].item.remove();
    this.waiting.splice(index, 1);
    this.remember();
    this.flush();
  },

  /** Sends the first message, and the next one when that has come back, so that they keep their order. */
  flush() {
    const entry = this.waiting.find(({ isRefused }) => !isRefused);
    if (!entry || entry.isOnItsWay) return;
    entry.isOnItsWay = connection.say({ type: 'say', id: entry.id, text: entry.text });
  },

  /** Messages in transit have to be sent again: the server recognises those that it has by their ids. */
  interrupted() {
    for (const entry of this.waiting) entry.isOnItsWay = false;
  },

  /** The server has refused a message. */
  refused(problem) {
    const entry = this.waiting.find(({ id }) => id === problem.id);
    if (!entry) return;
    if (problem.retryAfter !== undefined) {
      setTimeout(() => {
        entry.isOnItsWay = false;
        this.flush();
      }, problem.retryAfter);
      return;
    }
    entry.isRefused = true;
    entry.item.classList.add('refused');
    const edit = make('button', '', 'Edit');
    edit.type = 'button';
    edit.onclick = () => {
      composer.text.value = entry.text;
      this.remove(entry.id);
      composer.changed();
      composer.text.focus();
    };
    entry.item.append(make('div', 'problem', problem.message, edit));
    messages.toEnd();
    this.flush();
  },
};

// MARK: People

const people = {
  list: element('people'),
  names: [],
  /** How many others there are whose names the server has not sent. */
  others: 0,

  set(names, others) {
    this.names = [...names].sort(collator.compare);
    this.others = others;
    this.list.replaceChildren(...this.names.map((name) => this.item(name)));
    this.count();
  },

  item(name) {
    const item = make('li', name === me.name ? 'self' : '', isolated(name));
    item.dataset.name = name;
    item.dataset.initial = [...name][0].toUpperCase();
    paint(item, name);
    return item;
  },

  change({ joined, left, renamed }) {
    const gone = new Set([...left, ...renamed.map(({ from }) => from)]);
    const come = [...joined, ...renamed.map(({ to }) => to)];
    const known = this.names.filter((name) => gone.has(name)).length;
    const names = new Set(this.names.filter((name) => !gone.has(name)));
    for (const name of come) names.add(name);
    this.set(names, Math.max(0, this.others - (gone.size - known)));
    this.tell(joined.filter((name) => name !== me.name), 'joined');
    this.tell(left.filter((name) => name !== me.name), 'left');
    for (const { from, to } of renamed.slice(0, 5)) messages.note(isolated(from), ' is now ', isolated(to));
  },

  /** Adds one line, however many people there are. */
  tell(names, what) {
    if (names.length === 0) return;
    const shown = names.slice(0, names.length > 4 ? 3 : 4);
    const content = [];
    shown.forEach((name, index) => {
      const isLast = index === names.length - 1;
      if (index > 0) content.push(isLast ? ' and ' : ', ');
      content.push(isolated(name));
    });
    if (shown.length < names.length) content.push(` and ${names.length - shown.length} others`);
    messages.note(...content, ` ${what}`);
  },

  count() {
    const total = this.names.length + this.others;
    for (const count of document.querySelectorAll('.count')) count.textContent = total;
  },

  showSelf() {
    element('me').textContent = me.name;
    document.querySelector('.me').hidden = !me.name;
    for (const item of this.list.children) item.classList.toggle('self', item.dataset.name === me.name);
  },
};

// MARK: The connection

const connection = {
  socket: null,
  state: 'idle',
  attempts: 0,
  /** When the server welcomed this connection; 0 before. */
  since: 0,
  /** Whether the server could not send the missed messages: then they are not requested again. */
  startsAfresh: false,
  retry: 0,
  watch: 0,

  open() {
    clearTimeout(this.retry);
    if (this.socket || !me.name) return;
    this.become('connecting');
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${location.host}/ws`);
    this.socket = socket;
    this.listen(socket);
    this.heard();
  },

  listen(socket) {
    socket.onopen = () => {
      const join = { type: 'join', name: me.name, key: me.key };
      if (messages.last > 0 && !this.startsAfresh) join.after = messages.last;
      socket.send(JSON.stringify(join));
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.socket) return;
      this.heard();
      const { type, ...content } = JSON.parse(data);
      heard[type]?.(content);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.socket) this.lost(code);
    };
  },

  /** After a silence a ping is sent, and then the connection is given up: the system may not notice for minutes. */
  heard() {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => {
      this.say({ type: 'ping' });
      this.watch = setTimeout(() => this.drop(), silence.giveUp);
    }, me.joined ? silence.ask : 0);
  },

  /** Sends a message; returns false if that is not possible. */
  say(message) {
    if (!me.joined && message.type !== 'ping') return false;
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  },

  /** Gives up a connection without waiting for its end. */
  drop() {
    const socket = this.socket;
    if (!socket) return;
    this.lost(0);
    socket.close();
  },

  lost(code) {
    clearTimeout(this.watch);
    this.socket = null;
    if (code === tooSlowCode && !me.joined) this.startsAfresh = true;
    // A client that is dropped again and again waits longer each time, although it is welcomed.
    if (this.since > 0 && Date.now() - this.since >= lasting) this.attempts = 0;
    this.since = 0;
    me.joined = false;
    unsent.interrupted();
    if (code === replacedCode) {
      this.become('replaced');
      return notice('The chat continues in another window. ', ['Continue here', () => this.open()]);
    }
    if (this.state === 'idle') return;
    this.become('waiting');
    // Longer each time, with jitter.
    const longest = Math.min(pause.longest, pause.first * 2 ** this.attempts);
    this.attempts += 1;
    this.retry = setTimeout(() => this.open(), longest * (0.5 + Math.random() / 2));
  },

  become(state) {
    this.state = state;
    this.show();
  },

  show() {
    const words = {
      idle: 'Not connected',
      connecting: 'Connecting …',
      connected: 'Connected',
      waiting: 'No connection, trying again …',
      replaced: 'In another window',
    };
    const state = element('state');
    const count = unsent.waiting.length;
    // A message that is in transit for a moment is not worth mentioning.
    const isWorthTelling = count > 0 && this.state !== 'connected';
    const text = words[this.state] + (isWorthTelling ? ` · ${count} unsent` : '');
    state.dataset.state = this.state;
    if (state.textContent !== text) state.textContent = text;
  },
};

/** The handlers of the server's messages. */
const heard = {
  welcome({ room, name, limits: told }) {
    me.joined = true;
    me.name = name;
    memory.write('name', name);
    try { localStorage.setItem('name', name); } catch { /* Only a suggestion for the next window. */ }
    Object.assign(limits, told);
    connection.since = Date.now();
    connection.startsAfresh = false;
    connection.become('connected');
    element('room').textContent = room;
    title();
    people.showSelf();
    entrance.close();
    notice();
    composer.text.disabled = false;
    composer.changed();
  },
  people({ people: names, others = 0 }) {
    people.set(names, others);
  },
  history({ messages: latest, resumed }) {
    if (!resumed) messages.clear();
    messages.append(latest, false);
    unsent.flush();
  },
  message(message) {
    messages.append([message], true);
    if (document.hidden && message.name !== me.name) {
      messages.unread += 1;
      title();
    }
  },
  changes(changes) {
    people.change(changes);
  },
  stored({ id }) {
    unsent.remove(id);
  },
  renamed({ name }) {
    me.name = name;
    memory.write('name', name);
    people.showSelf();
    entrance.close();
  },
  problem(problem) {
    if (problem.id) return unsent.refused(problem);
    if (['nameTaken', 'badName'].includes(problem.code)) {
      if (!me.joined) {
        connection.state = 'idle';
        connection.drop();
        connection.become('idle');
      }
      return entrance.open(problem.message);
    }
    if (problem.code === 'tooFast' && entrance.dialog.open) return entrance.open(problem.message);
    if (problem.code === 'alreadyJoined') return;
    notice(problem.message);
  },
};

function title() {
  const unread = messages.unread > 0 ? `(${messages.unread}) ` : '';
  document.title = `${unread}${element('room').textContent} – Martlet chat`;
}

/** Shows a notice, with an optional action; without text it hides the notice. */
function notice(text, action) {
  const line = element('notice');
  line.hidden = !text;
  line.replaceChildren(text ?? '');
  if (!action) return;
  const button = make('button', '', action[0]);
  button.type = 'button';
  button.onclick = () => {
    notice();
    action[1]();
  };
  line.append(button);
}

// MARK: The entrance

const entrance = {
  dialog: element('entrance'),

  open(problem = '') {
    element('name-problem').textContent = problem;
    element('cancel').hidden = !me.joined;
    element('enter').textContent = me.joined ? 'Change name' : 'Join the chat';
    if (this.dialog.open) return element('name').select();
    let suggestion = me.name;
    try { suggestion ||= localStorage.getItem('name') ?? ''; } catch { /* Nothing to suggest. */ }
    element('name').value = suggestion;
    this.dialog.showModal();
    element('name').select();
  },

  close() {
    if (!this.dialog.open) return;
    this.dialog.close();
    composer.text.disabled = false;
    composer.text.focus();
  },
};

entrance.dialog.addEventListener('cancel', (event) => {
  if (!me.joined) event.preventDefault();
});
element('cancel').onclick = () => entrance.close();
element('rename').onclick = () => entrance.open();
element('join').onsubmit = (event) => {
  event.preventDefault();
  const name = element('name').value.trim();
  if (!name) return;
  if (me.joined) {
    connection.say({ type: 'rename', name });
  } else {
    me.name = name;
    connection.open();
  }
};

// MARK: Writing

const composer = {
  text: element('text'),

  changed() {
    const { text } = this;
    text.style.height = 'auto';
    text.style.height = `${text.scrollHeight + 2}px`;
    const left = limits.textCharacters - countCharacters(text.value);
    const counter = element('counter');
    counter.classList.toggle('over', left < 0);
    counter.textContent =
      left > limits.textCharacters * 0.1 ? '' : left < 0 ? `${-left} characters too many` : `${left} characters left`;
    element('send').disabled = text.disabled || left < 0 || text.value.trim() === '';
  },

  send() {
    this.changed();
    if (element('send').disabled) return;
    search.end();
    unsent.add(newID(), this.text.value.trim());
    this.text.value = '';
    this.changed();
    this.text.focus();
    unsent.flush();
    messages.toEnd();
  },
};

composer.text.oninput = () => composer.changed();
composer.text.onkeydown = (event) => {
  // In many scripts, Return ends a composition of characters.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.send();
};
element('composer').onsubmit = (event) => {
  event.preventDefault();
  composer.send();
};

// MARK: Search

const search = {
  field: element('search'),
  timer: 0,
  number: 0,

  async run() {
    const text = this.field.value.trim();
    if (!text) return this.end();
    this.number += 1;
    const number = this.number;
    try {
      const page = await history({ q: text, limit: pageSize });
      if (number === this.number) this.show(text, page);
    } catch (error) {
      notice(error.message);
    }
  },

  show(text, page) {
    const list = element('results');
    list.replaceChildren();
    for (const message of page.messages) addMessage(list, message, false, text);
    const count = page.messages.length;
    element('results-title').textContent =
      count === 0 ? `No messages with “${text}”`
        : page.more ? `The latest ${count} messages with “${text}”`
          : `${count} ${count === 1 ? 'message' : 'messages'} with “${text}”`;
    this.reveal(true);
    list.scrollTop = list.scrollHeight;
  },

  reveal(isOpen) {
    element('results').hidden = !isOpen;
    element('results-bar').hidden = !isOpen;
    element('scroller').hidden = isOpen;
    if (isOpen) element('latest').hidden = true;
  },

  end() {
    if (element('results').hidden) return;
    this.number += 1;
    this.field.value = '';
    this.reveal(false);
    messages.toEnd();
  },
};

search.field.oninput = () => {
  clearTimeout(search.timer);
  search.timer = setTimeout(() => search.run(), 250);
};
element('search-form').onsubmit = (event) => {
  event.preventDefault();
  clearTimeout(search.timer);
  search.run();
};
element('end-search').onclick = () => search.end();

// MARK: Window

element('older').onclick = () => messages.showOlder();
element('latest').onclick = () => messages.toEnd();
messages.scroller.addEventListener('scroll', () => {
  if (messages.isAtEnd) element('latest').hidden = true;
}, { passive: true });

function showPeople(isOpen) {
  document.body.classList.toggle('people', isOpen);
  element('show-people').setAttribute('aria-expanded', String(isOpen));
}
element('show-people').onclick = (event) => {
  event.stopPropagation();
  showPeople(!document.body.classList.contains('people'));
};
document.addEventListener('click', (event) => {
  if (!event.target.closest('#people-panel, dialog')) showPeople(false);
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  showPeople(false);
  search.end();
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  messages.unread = 0;
  title();
  // A phone that wakes up has lost its connections.
  if (connection.state === 'waiting') connection.open();
});
addEventListener('online', () => {
  connection.attempts = 0;
  if (connection.state === 'waiting') connection.open();
});
addEventListener('offline', () => connection.drop());

unsent.restore();
people.showSelf();
if (me.name) {
  composer.text.disabled = false;
  connection.open();
} else {
  entrance.open();
}
composer.changed();
