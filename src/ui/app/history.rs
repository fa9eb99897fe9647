//! Where the person has been: back and forward, as in a browser.

use crate::ui::cx::Route;

/// Longest way back.
const LONGEST: usize = 200;

/// The way to what is on screen. There is always something on screen.
pub struct History {
    before: Vec<Route>,
    now: Route,
    after: Vec<Route>,
}

impl Default for History {
    fn default() -> Self {
        Self { before: Vec::new(), now: Route::Dashboard, after: Vec::new() }
    }
}

impl History {
    /// What is on screen.
    pub const fn now(&self) -> &Route {
        &self.now
    }

    /// Goes somewhere. What could be gone forward to is forgotten.
    pub fn go(&mut self, route: Route) {
        if route == self.now {
            return;
        }
        let left = std::mem::replace(&mut self.now, route);
        self.before.push(left);
        if self.before.len() > LONGEST {
            self.before.remove(0);
        }
        self.after.clear();
    }

    /// Goes somewhere in place of what is on screen, which cannot be gone back to: a form that is done.
    pub fn replace(&mut self, route: Route) {
        self.now = route;
        if self.before.last() == Some(&self.now) {
            self.before.pop();
        }
    }

    /// Goes back; `false` when there is nothing before.
    pub fn back(&mut self) -> bool {
        let Some(route) = self.before.pop() else { return false };
        self.after.push(std::mem::replace(&mut self.now, route));
        true
    }

    /// Goes forward; `false` when there is nothing after.
    pub fn forward(&mut self) -> bool {
        let Some(route) = self.after.pop() else { return false };
        self.before.push(std::mem::replace(&mut self.now, route));
        true
    }

    /// Whether one can go back.
    pub fn can_go_back(&self) -> bool {
        !self.before.is_empty()
    }

    /// Whether one can go forward.
    pub fn can_go_forward(&self) -> bool {
        !self.after.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Kind;

    #[test]
    fn one_goes_back_and_forward_and_a_new_way_forgets_the_old_one() {
        let mut history = History::default();
        history.go(Route::List(Kind::Feedback));
        history.go(Route::People);
        assert!(history.back() && history.back() && !history.back());
        assert_eq!(history.now(), &Route::Dashboard);
        assert!(history.forward());
        assert_eq!(history.now(), &Route::List(Kind::Feedback));
        history.go(Route::Settings);
        assert!(!history.can_go_forward());
    }

    #[test]
    fn a_form_that_is_done_is_not_gone_back_to() {
        let mut history = History::default();
        history.go(Route::List(Kind::Feedback));
        history.go(Route::New(Kind::Feedback));
        history.replace(Route::List(Kind::Feedback));
        assert!(history.back());
        assert_eq!(history.now(), &Route::Dashboard);
    }
}
