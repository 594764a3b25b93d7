extension TakeNotePage {
    /// Sends the contents of the forms as JSON, and shows the responses.
    static let script: HTML = """
        const element = id => document.getElementById(id);
        const [take, find] = [element('take'), element('find')];
        const [entry, number] = [element('note_entry'), element('choose_note')];
        async function ask(question) {
          let answer;
          try {
            answer = await fetch('/', {
              method: 'POST',
              headers: { 'Content-Type': 'application/json' },
              body: JSON.stringify(question),
            });
          } catch {
            throw new Error('No server: start note-server again, and your note is saved.');
          }
          const text = (await answer.text()).replace(/\\n$/, '');
          if (!answer.ok) throw new Error(text);
          return text;
        }
        function show(id, text) {
          element(id).textContent = text;
        }
        function addCard(text, number) {
          const card = document.createElement('li');
          card.value = number;
          card.className = 'new';
          card.appendChild(document.createElement('p')).textContent = text;
          element('notes').prepend(card);
        }
        take.addEventListener('submit', async event => {
          event.preventDefault();
          const text = entry.value;
          try {
            const count = await ask({ myNote: text });
            show('complaint', '');
            show('display_how_many_notes', count);
            addCard(text, parseInt(count.match(/[0-9]+/)) - 1);
            entry.value = '';
          } catch (error) {
            show('complaint', error.message);
          }
          entry.focus();
        });
        find.addEventListener('submit', async event => {
          event.preventDefault();
          if (number.value === '') return;
          try {
            show('display_note', await ask({ getNote: number.value }));
            show('complaint', '');
          } catch (error) {
            show('display_note', '');
            show('complaint', error.message);
          }
        });
        """
}
