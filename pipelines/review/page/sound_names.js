// The sound classes: their groups, materials, and everyday words in both languages.
(function (foley) {
  "use strict";

  let classes = new Map();
  let groups = [];
  foley.operations = [];

  foley.loadSounds = async function () {
    const data = await foley.load("sounds");
    classes = new Map(data.classes.map((one) => [one.name, one]));
    groups = data.groups;
    foley.operations = data.operations;
  };

  /** Return a class by its name. */
  foley.soundClass = (name) => classes.get(name);

  /** Return the classes that a correction may name. */
  foley.usableSounds = () => [...classes.values()].filter((one) => one.usable);

  /** Return what a class is called in the language of the page. */
  foley.soundName = function (name) {
    const known = classes.get(name);
    if (foley.isChinese() && known && known.zh.length) return known.zh[0];
    return name === "music" ? foley.say("group_music") : name.replaceAll("_", " ");
  };

  /** Return the class that a text names: by name, or by the first word that is the same. */
  foley.soundNamed = function (text) {
    const plain = text.trim().toLowerCase();
    const name = plain.replaceAll(" ", "_");
    if (classes.get(name)?.usable) return classes.get(name);
    const usable = foley.usableSounds();
    const first = usable.find((one) => one.en[0] === plain || one.zh[0] === plain);
    return first || usable.find((one) => one.en.includes(plain) || one.zh.includes(plain)) || null;
  };

  /** Return the colour of a group, the same on every page. */
  foley.groupHue = function (group) {
    const place = Math.max(0, groups.indexOf(group));
    return Math.round((place * 137.508 + 190) % 360);
  };
})((window.foley = window.foley || {}));
