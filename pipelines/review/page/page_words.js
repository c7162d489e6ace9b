// The words of the page in English and Chinese. `data-say` in the documents names one of them.
(function (foley) {
  "use strict";

  const WORDS = {
    title: ["Review", "审听"],
    all_soundtracks: ["Soundtracks", "音轨列表"],
    waiting: ["Waiting", "等待中"],
    working: ["In work", "制作中"],
    broke_off: ["Broke off", "已中断"],
    made: ["Made", "已完成"],
    any_status: ["All", "全部"],
    changed: ["Accepted, ended", "受理与完成"],
    more: ["More", "更多"],
    rows: ["{0} rows", "{0} 行"],
    shown: ["{0} of {1} rows", "{1} 行中的 {0} 行"],
    search: ["Search video", "搜索视频"],
    all_regions: ["All regions", "所有地区"],
    region: ["Region", "地区"],
    video: ["Video", "视频"],
    status: ["Status", "状态"],
    qc: ["QC", "质检"],
    loudness: ["Loudness", "响度"],
    length: ["Length", "时长"],
    cues: ["Cues", "声音点"],
    sounds: ["Sounds", "声音"],
    ok: ["ok", "正常"],
    removed: ["removed", "已移除"],
    filters: ["Show only", "只显示"],
    set_aside: ["Set aside", "已搁置"],
    unsure: ["Unsure", "不确定"],
    absurd: ["Absurd?", "不合理？"],
    qc_flag: ["QC", "质检"],
    loudness_flag: ["Off loudness", "响度偏离"],
    corrected: ["Corrected", "已修正"],
    notes_flag: ["With notes", "有备注"],
    nothing: ["No track is like that.", "没有这样的音轨。"],
    earlier: ["Earlier", "上一批"],
    later: ["Later", "下一批"],
    sheet: ["{0}–{1}", "{0}–{1}"],
    language: ["中文", "English"],
    list: ["All tracks", "全部音轨"],
    previous: ["Previous track", "上一条"],
    next: ["Next track", "下一条"],
    play: ["Play", "播放"],
    pause: ["Pause", "暂停"],
    mark: ["Mark", "标记"],
    zoom_in: ["Zoom in", "放大"],
    zoom_out: ["Zoom out", "缩小"],
    zoom_all: ["Whole", "全部"],
    spectrogram: ["Spectrogram", "频谱图"],
    waveform: ["Waveform", "波形"],
    listen: ["Listen to", "试听"],
    track: ["Track", "成品"],
    stems: ["Stems", "分轨"],
    compare: ["Compare with", "对比"],
    no_compare: ["nothing", "无"],
    former: ["earlier version {0}", "早先版本 {0}"],
    solo: ["Solo", "独奏"],
    mute: ["Mute", "静音"],
    gain_of: ["Level of {0}", "{0} 的音量"],
    no_stems: ["This output holds no stems. Deliver them with stems = true.", "此输出没有分轨。用 stems = true 输出。"],
    no_picture: ["No picture is shown here.", "此处不显示画面。"],
    strip_note: ["Stills: the output holds no picture that this browser plays.", "静帧：输出中没有此浏览器能播放的画面。"],
    cue: ["Cue", "声音点"],
    no_cue: ["Choose a cue, or press A to add one at the playhead.", "选择一个声音点，或按 A 在播放头处添加。"],
    composed_cue: ["This sound comes from the region's style pack, music or a filter. It cannot be corrected here.", "此声音来自地区风格包、音乐或滤镜，不能在此修正。"],
    sound: ["Sound", "声音"],
    material: ["Material", "材质"],
    from: ["From", "起"],
    to: ["To", "止"],
    intensity: ["Intensity", "强度"],
    gain: ["Gain, dB", "增益 dB"],
    place: ["Place, left to right", "位置，左到右"],
    confidence: ["Confidence", "置信度"],
    source: ["Source", "来源"],
    why: ["Why", "原因"],
    reroll: ["Another take", "换一个版本"],
    delete: ["Delete", "删除"],
    keep: ["Undo for this cue", "撤销此点的修改"],
    deleted: ["deleted", "已删除"],
    added: ["added", "新增"],
    silent: ["silent here", "此处无声"],
    takes: ["Takes", "版本"],
    choose: ["Choose", "采用"],
    chosen: ["chosen", "已采用"],
    take: ["take {0}", "版本 {0}"],
    notes: ["Notes", "备注"],
    no_notes: ["No notes.", "没有备注。"],
    edits: ["Corrections", "修正"],
    no_edits: ["Nothing is corrected yet.", "尚无修正。"],
    by: ["Your name", "你的名字"],
    need_name: ["Say who you are first: a correction names its author.", "请先填写名字：每条修正都注明作者。"],
    download: ["Download corrections", "下载修正文件"],
    then_run: ["Then run: foley correct corrections.jsonl -o OUTPUT", "然后运行：foley correct corrections.jsonl -o 输出"],
    apply: ["Apply", "应用"],
    applying: ["Making the track anew…", "正在重新生成……"],
    applied: ["The new track is loaded.", "新音轨已载入。"],
    failed: ["Not applied: {0}", "未应用：{0}"],
    undo: ["Undo", "撤销"],
    other_videos: ["and {0} of other videos", "以及其他视频的 {0} 条"],
    forget_all: ["Discard all", "全部放弃"],
    really: ["Really discard all corrections that were not applied?", "确定放弃所有未应用的修正？"],
    help: ["Keys", "快捷键"],
    close: ["Close", "关闭"],
    add: ["Add cue", "添加"],
    missing: ["This page has no such track. Run foley review again.", "页面中没有此音轨。请重新运行 foley review。"],
    unreadable: ["The page's data cannot be read. Run foley review again.", "无法读取页面数据。请重新运行 foley review。"],
    unknown_sound: ["No sound of that name", "没有这个名称的声音"],
    bad_time: ["Give seconds, mm:ss.mmm or hh:mm:ss:ff", "请输入秒数、mm:ss.mmm 或 hh:mm:ss:ff"],
    late_time: ["That is after the picture's end", "超出画面结尾"],
    early_end: ["The end comes after the beginning", "结束须晚于开始"],
    op_relabel: ["is", "改为"],
    op_move: ["moved to", "移到"],
    op_delete: ["deleted", "删除"],
    op_add: ["added at", "添加于"],
    op_reroll: ["another take", "换版本"],
    op_take: ["take", "版本"],
    op_gain: ["gain", "增益"],
    op_place: ["place", "位置"],
    k_play: ["play, pause", "播放、暂停"],
    k_jkl: ["backwards, pause, forwards; again: faster", "倒放、暂停、正放；再按更快"],
    k_frame: ["one frame", "一帧"],
    k_second: ["one second", "一秒"],
    k_ends: ["begin, end", "开头、结尾"],
    k_mark: ["mark the playhead", "在播放头处标记"],
    k_add: ["add a cue at the playhead", "在播放头处添加声音点"],
    k_cues: ["next, previous cue", "下一个、上一个声音点"],
    k_here: ["move the cue to the playhead", "把声音点移到播放头"],
    k_nudge: ["move the cue by a frame", "声音点移动一帧"],
    k_delete: ["delete the cue", "删除声音点"],
    k_reroll: ["another take of the cue", "声音点换一个版本"],
    k_undo: ["undo", "撤销"],
    k_compare: ["switch between A and B", "切换 A 与 B"],
    k_stems: ["track or stems", "成品或分轨"],
    k_spectrogram: ["spectrogram", "频谱图"],
    k_zoom: ["zoom", "缩放"],
    k_videos: ["previous, next track", "上一条、下一条音轨"],
    k_help: ["this list", "此列表"],
    group_music: ["music", "音乐"],
  };

  const GROUPS = {
    air: "气流", ambience: "环境", animals: "动物", bells: "钟铃", birds: "鸟", breaks: "破碎",
    cloth: "布料", cooking: "烹饪", doors: "门", fire: "火", footsteps: "脚步", hands: "手部",
    household: "家居", hums: "嗡鸣", impacts: "撞击", instruments: "乐器", machines: "机器",
    music: "音乐", paper: "纸张", signals: "信号", sports: "运动", tools: "工具", traffic: "交通",
    vehicles: "车辆", voices: "人声", water: "水", weapons: "武器", weather: "天气",
    wildlife: "野生动物",
  };

  let place = startPlace();

  function startPlace() {
    const kept = foley.remembered("language", null);
    if (kept === "en" || kept === "zh") return kept === "zh" ? 1 : 0;
    return (navigator.language || "en").toLowerCase().startsWith("zh") ? 1 : 0;
  }

  foley.isChinese = () => place === 1;

  /** Return a sentence of the page, its places `{0}` filled. */
  foley.say = function (key, ...values) {
    const pair = WORDS[key];
    const text = pair ? pair[place] : key;
    return values.reduce((said, value, index) => said.replace(`{${index}}`, () => value), text);
  };

  foley.groupName = function (group) {
    const plain = group.replaceAll("_", " ");
    return foley.isChinese() ? GROUPS[group] || plain : plain;
  };

  /** Put the words into a part of the document. */
  foley.speak = function (root) {
    document.documentElement.lang = foley.isChinese() ? "zh" : "en";
    for (const one of root.querySelectorAll("[data-say]")) {
      one.textContent = foley.say(one.dataset.say);
    }
    for (const one of root.querySelectorAll("[data-say-label]")) {
      const text = foley.say(one.dataset.sayLabel);
      const keys = one.getAttribute("aria-keyshortcuts");
      one.setAttribute("aria-label", text);
      one.title = keys ? `${text} (${keys})` : text;
    }
  };

  foley.changeLanguage = function () {
    place = 1 - place;
    foley.remember("language", place ? "zh" : "en");
  };
})((window.foley = window.foley || {}));
